// Spaces: what they read and refuse, grids that are complete, draws that repeat and stay inside.
#include "lepton/tune/search_space.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "lepton/tasks/task.hpp"
#include "lepton/tune/tune_options.hpp"

namespace lepton::tune {
namespace {

const tasks::TaskDef& table_task() { return tasks::get_task("tabular-classification"); }

Result<TuneOptions> options(const std::string& tune) {
  LEPTON_TRY(const tasks::ConfigFile config, tasks::parse_config("data: a.csv\ntune:\n" + tune, "c.yaml"));
  return tune_options_from(config.tune, table_task());
}

SearchSpace space(const std::string& lines) { return options("  trials: 5\n  space:\n" + lines).value().space; }

double number(const tasks::GivenSetting& setting) { return std::stod(setting.values.at(0)); }

TEST(SearchSpaceTest, AGridHasEveryPointOnce) {
  const SearchSpace grid = space("    hidden: [[8, 4], [16]]\n    dropout: {from: 0, to: 0.5, points: 3}\n    batch_size: [32, 64]\n");
  ASSERT_EQ(grid.grid_size().value(), 12);
  std::set<std::string> points;
  for (std::int64_t i = 0; i < 12; ++i) points.insert(to_text(grid.grid_point(i)));
  EXPECT_EQ(points.size(), 12u);
  EXPECT_TRUE(points.contains("hidden=8,4 dropout=0.25 batch_size=64"));
  EXPECT_EQ(grid.grid_point(0)[0].place, "c.yaml:5:5");
  EXPECT_EQ(space("    epochs: 7\n").grid_size().value(), 1);
  EXPECT_EQ(space("    dropout: {from: 0, to: 0.5}\n").grid_size().error().code(), ErrorCode::kInvalidArgument);
}

TEST(SearchSpaceTest, ProbesHoldEveryValue) {
  const SearchSpace s = space("    hidden: [[8, 4], [16], [2]]\n    dropout: {from: 0, to: 0.5}\n");
  std::set<std::string> values;
  const std::vector<Point> probes = s.probes();
  for (const Point& point : probes) {
    for (const tasks::GivenSetting& setting : point) values.insert(to_text({setting}));
  }
  EXPECT_EQ(probes.size(), 4u);
  EXPECT_EQ(values, (std::set<std::string>{"hidden=8,4", "hidden=16", "hidden=2", "dropout=0", "dropout=0.5"}));
}

TEST(SearchSpaceTest, DrawsRepeatAndStayInside) {
  const SearchSpace s =
      space("    batch_size: {from: 16, to: 19}\n    dropout: {from: 0, to: 1}\n    rate: {from: 1e-4, to: 1e-1, scale: log}\n");
  std::set<double> sizes;
  int small = 0;
  for (std::int64_t i = 0; i < 400; ++i) {
    const Point point = s.draw(7, i);
    EXPECT_EQ(to_text(point), to_text(s.draw(7, i)));
    sizes.insert(number(point[0]));
    EXPECT_GE(number(point[1]), 0);
    EXPECT_LE(number(point[1]), 1);
    EXPECT_NE(number(point[1]), std::floor(number(point[1]))) << "a share is no whole number, however its ends are written";
    EXPECT_GE(number(point[2]), 1e-4);
    EXPECT_LE(number(point[2]), 1e-1);
    small += number(point[2]) < 1e-3;
  }
  EXPECT_EQ(sizes, (std::set<double>{16, 17, 18, 19}));
  EXPECT_NEAR(small, 133, 40) << "a third of the decades";
  EXPECT_NE(to_text(s.draw(7, 0)), to_text(s.draw(8, 0)));
}

TEST(SearchSpaceTest, DrawsDoNotRepeatAPointAndEnd) {
  const SearchSpace s = space("    batch_size: [8, 16]\n    epochs: [1, 2, 3]\n");
  Draws draws(s, 0);
  std::set<std::string> seen;
  for (auto point = draws.next(); point; point = draws.next()) EXPECT_TRUE(seen.insert(to_text(*point)).second);
  EXPECT_EQ(seen.size(), 6u);
}

TEST(SearchSpaceTest, NamesAreReplacedInsideWords) {
  const std::vector<tasks::GivenSetting> base = {{"optimizer", {"adam($rate, beta_1=$beta)"}}, {"group", {"^a$"}}, {"ignore", {"$rates"}}};
  const auto with = with_point(base, {{"rate", {"0.01"}}, {"beta", {"0.8"}}, {"dropout", {"0.2"}}}, table_task().settings).value();
  EXPECT_EQ(with[0].values[0], "adam(0.01, beta_1=0.8)");
  EXPECT_EQ(with[1].values[0], "^a$");
  EXPECT_EQ(with[2].values[0], "$rates");
  EXPECT_EQ(with[3].key, "dropout");
  const auto wrong = with_point(base, {{"drop_out", {"0.2"}, "c.yaml:9:3"}}, table_task().settings);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message().find("c.yaml:9:3"), std::string::npos);
}

TEST(TuneOptionsTest, ReadsItsSection) {
  const TuneOptions o =
      options("  method: halving\n  budget: 1h30m\n  folds: 4\n  metric: roc_auc\n  space: {dropout: [0, 0.5]}\n").value();
  EXPECT_EQ(o.method, Method::kHalving);
  EXPECT_EQ(o.budget, std::chrono::minutes(90));
  EXPECT_EQ(o.objective.name, "ROC AUC");
  EXPECT_EQ(tune_options_from({}, table_task()).value().objective.name, "accuracy");
  EXPECT_EQ(duration_from_text("90s").value().count(), 90);
  for (const char* wrong : {"", "10", "m", "10m5", "5m1h", "1.5h", "10m10m", "-5m", "0s", "99999999999999999999h"})
    EXPECT_FALSE(duration_from_text(wrong)) << wrong;
}

// Each names file, line and column.
TEST(TuneOptionsTest, HostileSectionsAreErrorsWithTheirPlace) {
  for (const char* wrong : {"  trails: 3\n",
                            "  method: bayes\n",
                            "  trials: -1\n",
                            "  trials: many\n",
                            "  trials: 1e9\n",
                            "  trials: 999999999\n",
                            "  budget: soon\n",
                            "  folds: 1\n",
                            "  folds: 100000000\n",
                            "  seeds: 0\n",
                            "  jobs: 100000\n",
                            "  reduction: 1\n",
                            "  metric: beauty\n",
                            "  folds: {a: 1}\n",
                            "  space: [1, 2]\n",
                            "  space: 3\n",
                            "  space: {dropout: []}\n",
                            "  space: {dropout: {from: 0}}\n",
                            "  space: {dropout: {from: 0, to: x}}\n",
                            "  space: {dropout: {from: 1, to: 0}}\n",
                            "  space: {dropout: {from: 0, to: inf}}\n",
                            "  space: {dropout: {from: 0, to: 1, scale: log}}\n",
                            "  space: {dropout: {from: 0, to: 1, scale: cubic}}\n",
                            "  space: {dropout: {from: 0, to: 1, points: 1}}\n",
                            "  space: {dropout: {from: 0, to: 1, step: 1}}\n",
                            "  space: {epochs: {from: 0.5, to: 3}}\n",
                            "  space: {hidden: [[1, [2]]]}\n",
                            "  space: {hidden: [{a: 1}]}\n",
                            "  space: {seed: [1, 2]}\n",
                            "  space: {test: [0.1, 0.2]}\n",
                            "  space: {data: [a, b]}\n",
                            "  method: halving\n  space: {epochs: [1, 2]}\n"}) {
    const auto result = options(wrong);
    ASSERT_FALSE(result) << wrong;
    EXPECT_NE(result.error().message().find("c.yaml:"), std::string::npos) << result.error().message();
  }
  EXPECT_EQ(options("  space: {dropout: [0, 0.5]}\n").error().code(), ErrorCode::kInvalidArgument) << "it would not end";
  EXPECT_EQ(options("  method: grid\n  trials: 3\n").error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace lepton::tune
