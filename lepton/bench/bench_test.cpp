// Every workload runs and learns; its operators account for its time.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/base/error.hpp"
#include "lepton/bench/measure.hpp"

namespace lepton::bench {
namespace {

TEST(BenchTest, AWorkloadLearnsAndIsProfiled) {
  const Workload workload = get_workload("small-cnn").make("small-cnn");
  const double first = workload.step();
  const Measurement m = measure(workload, {.seconds = 0, .min_steps = 5, .warm_up = 1});
  EXPECT_EQ(m.steps, 5);
  EXPECT_LT(m.loss, first) << "the same batch again and again";
  EXPECT_GT(m.profile.num_events(), 5u);
  EXPECT_LE(m.lowest_ms, m.median_ms);
  EXPECT_LE(m.median_ms, m.highest_ms);
  EXPECT_NE(m.profile.table().find("conv"), std::string::npos);
}

TEST(BenchTest, UnknownWorkloadsAreErrors) {
  EXPECT_EQ(catch_error([] { (void)get_workload("exampel"); }).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(catch_error([] { (void)file_workload("/no/such.onnx", 1); }).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace lepton::bench
