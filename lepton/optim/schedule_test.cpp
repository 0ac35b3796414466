// Schedules that Keras does not have; those of Keras are in tests/golden/keras/training.
#include "lepton/optim/schedule.hpp"

#include <gtest/gtest.h>

namespace lepton::optim {
namespace {

// torch 2.15, OneCycleLR(max_lr=0.1, total_steps=20, cycle_momentum=False).get_last_lr() before each step.
TEST(ScheduleTest, OneCycleIsThatOfPyTorch) {
  const std::vector<double> expected = {0.004,        0.0131671843, 0.0371671843, 0.0668328157, 0.0908328157,  0.1,       0.0987464006,
                                        0.0950484632, 0.0890916178, 0.0811745654, 0.0716943002, 0.0611262022,  0.0500002, 0.0388741978,
                                        0.0283060998, 0.0188258346, 0.0109087822, 0.0049519368, 0.00125399938, 4e-07};
  const LearningRate rate("one_cycle(0.1, total_steps=20)");
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(rate.at(static_cast<std::int64_t>(i)), expected[i], 1e-9) << i;
  EXPECT_EQ(rate.at(100), rate.at(19)) << "beyond the cycle the last rate stays";
  const LearningRate down("one_cycle(0.1, total_steps=10, pct_start=0)");
  EXPECT_LT(down.at(1), down.at(0));
}

}  // namespace
}  // namespace lepton::optim
