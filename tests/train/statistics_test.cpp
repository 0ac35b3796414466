// Intervals: Wilson's against SciPy's, the bootstrap by how often it covers the truth in simulated data, also where samples depend on each
// other.
#include "lepton/train/report/statistics.hpp"

#include <gtest/gtest.h>

#include "lepton/base/random.hpp"
#include "tests/support/golden.hpp"

namespace lepton::train {
namespace {

TEST(WilsonTest, AgreesWithSciPy) {
  int checked = 0;
  const Json golden = lepton::testing::read_golden_json("metrics/cases.json");
  for (const Json& one : golden.at("cases")) {
    if (one.at("name") != "proportion_intervals") continue;
    for (const Json& expected : one.at("expected")) {
      const Json& config = expected.at("config");
      if (expected.at("metric") != "wilson_interval" || config.at("level") != 0.95) continue;
      const Interval interval = wilson_interval(config.at("successes"), config.at("trials"));
      EXPECT_NEAR(interval.low, expected.at("value").at(0).get<double>(), 1e-12) << config.dump();
      EXPECT_NEAR(interval.high, expected.at("value").at(1).get<double>(), 1e-12) << config.dump();
      ++checked;
    }
  }
  EXPECT_GE(checked, 11);
}

constexpr int kExperiments = 400;

// The share of experiments whose interval of a mean holds the true mean, 0. Each has `groups` groups of `size` samples: a shift that the
// group shares, of standard deviation `shared`, and noise of each sample, of standard deviation 1.
double coverage(int groups, int size, double shared, bool tell_groups) {
  int covered = 0;
  for (int experiment = 0; experiment < kExperiments; ++experiment) {
    Random random(static_cast<std::uint64_t>(experiment) + 1);
    std::vector<double> values;
    std::vector<std::int64_t> group_of;
    for (int g = 0; g < groups; ++g) {
      const double shift = shared * random.normal();
      for (int i = 0; i < size; ++i) {
        values.push_back(shift + random.normal());
        if (tell_groups) group_of.push_back(g);
      }
    }
    const auto mean = [&](std::span<const std::int64_t> drawn) {
      double sum = 0;
      for (const std::int64_t i : drawn) sum += values[static_cast<std::size_t>(i)];
      return sum / static_cast<double>(drawn.size());
    };
    const Interval interval = bootstrap_interval(std::ssize(values), group_of, mean, static_cast<std::uint64_t>(experiment), 200);
    covered += interval.low <= 0 && 0 <= interval.high;
  }
  return static_cast<double>(covered) / kExperiments;
}

// 400 experiments tell a coverage to 0.02 (95 %); a percentile bootstrap with few groups is known to be a little short.
TEST(BootstrapTest, CoversTheTruthAsOftenAsItSays) {
  const double c = coverage(100, 1, 0, false);
  EXPECT_GT(c, 0.92);
  EXPECT_LT(c, 0.98);
}

TEST(BootstrapTest, CoversTheTruthWhereSamplesDependOnEachOther) {
  const double by_group = coverage(30, 10, 1, true);
  EXPECT_GT(by_group, 0.90);
  EXPECT_LT(by_group, 0.98);
  EXPECT_LT(coverage(30, 10, 1, false), 0.65) << "as if samples were independent: far too sure of itself";
}

TEST(BootstrapTest, SameSeedSameInterval) {
  const auto size = [](std::span<const std::int64_t> drawn) { return static_cast<double>(drawn.front()); };
  const Interval a = bootstrap_interval(50, {}, size, 7), b = bootstrap_interval(50, {}, size, 7);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
}

TEST(ClassFiguresTest, GroupedSamplesHaveWiderIntervals) {
  std::vector<std::int64_t> truth, said, groups;
  Random random(3);
  for (int g = 0; g < 20; ++g) {
    const bool hard = random.below(2) == 0;  // a whole group is easy or hard
    for (int i = 0; i < 20; ++i) {
      truth.push_back(i % 2);
      said.push_back(hard ? 1 - i % 2 : i % 2);
      groups.push_back(g);
    }
  }
  const ClassFigures alone = class_figures(truth, said, 2, {}, 1)[1], grouped = class_figures(truth, said, 2, groups, 1)[1];
  EXPECT_EQ(alone.recall, grouped.recall);
  const auto width = [](const Interval& i) { return i.high - i.low; };
  EXPECT_GT(width(grouped.recall_interval), 2 * width(alone.recall_interval));
  EXPECT_GT(width(grouped.precision_interval), 2 * width(alone.precision_interval));
  EXPECT_GT(width(grouped.f1_interval), 2 * width(alone.f1_interval));
}

// By hand: mean 3, standard deviation 1.5811, and Student's 2.7764 for 4 degrees of freedom.
TEST(StatisticsTest, IntervalOfAMeanIsStudentsAndWiderForSharedSamples) {
  const std::vector<double> values = {1, 2, 3, 4, 5};
  EXPECT_NEAR(mean_interval(values).low, 3 - 1.9632, 1e-3);
  EXPECT_NEAR(mean_interval(values).high, 3 + 1.9632, 1e-3);
  EXPECT_NEAR(mean_interval(values, 0.25).high, 3 + 2.9448, 1e-3);
  EXPECT_THROW(mean_interval(std::vector<double>{1}), Error);
}

}  // namespace
}  // namespace lepton::train
