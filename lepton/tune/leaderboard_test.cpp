// Scores by hand, ranks, and what may be said of a difference.
#include "lepton/tune/leaderboard.hpp"

#include <gtest/gtest.h>

#include "lepton/base/json.hpp"
#include "lepton/tune/schedule.hpp"

namespace lepton::tune {
namespace {

RunOutcome outcome(double accuracy, double half = 0.02) {
  return {.figures = {{"accuracy", {accuracy, {accuracy - half, accuracy + half}}}}, .seconds = 2, .error = {}};
}

Entry scored(std::int64_t trial, const std::vector<double>& accuracies, std::int64_t folds, double half = 0.02) {
  Entry entry{.trial = trial, .point = {{"epochs", {std::to_string(trial)}}}, .state = Entry::State::kFinished};
  std::vector<RunOutcome> outcomes;
  for (const double accuracy : accuracies) outcomes.push_back(outcome(accuracy, half));
  score(entry, outcomes, {"accuracy", true}, folds).value();
  return entry;
}

Leaderboard board(std::vector<Entry> entries, std::int64_t folds) {
  Leaderboard all{.task = "t", .objective = {"accuracy", true}, .folds = folds, .entries = std::move(entries)};
  rank(all);
  return all;
}

TEST(LeaderboardTest, ScoresAreMeansWithStudentsInterval) {
  const Entry e = scored(1, {0.8, 0.9, 0.7, 0.8, 0.6, 0.7}, 3);  // two seeds a fold: 0.85, 0.75, 0.65
  EXPECT_EQ(e.folds.size(), 3u);
  EXPECT_NEAR(e.mean, 0.75, 1e-12);
  // 4.3027 · 0.1 · √(1/3 + 1/2)
  EXPECT_NEAR(e.interval->high - e.mean, 0.39278, 1e-4);
  EXPECT_DOUBLE_EQ(e.seconds, 2);
  Entry share;
  score(share, {outcome(0.7), outcome(0.8), outcome(0.9)}, {"accuracy", true, true}, 3).value();
  EXPECT_EQ(share.interval->high, 1) << "a share stays one";
  const Entry alone = scored(1, {0.8}, 0);
  EXPECT_NEAR(alone.interval->low, 0.78, 1e-12) << "that of the validation samples";
  EXPECT_FALSE(scored(1, {0.8}, 0, 0).interval);
  Entry none;
  EXPECT_EQ(score(none, {outcome(1)}, {"ROC AUC", true}, 0).error().code(), ErrorCode::kNotFound);
}

TEST(LeaderboardTest, DifferencesArePairedByFold) {
  // Folds differ widely, but the first trial is better by the same on each.
  const Leaderboard all =
      board({scored(1, {0.60, 0.70, 0.80, 0.90}, 4), scored(2, {0.65, 0.751, 0.849, 0.95}, 4), scored(3, {0.69, 0.68, 0.95, 0.80}, 4)}, 4);
  EXPECT_EQ(all.entries[0].trial, 2);
  EXPECT_EQ(all.entries[1].trial, 3);
  EXPECT_FALSE(all.entries[1].behind.apart);
  EXPECT_EQ(all.entries[2].trial, 1);
  EXPECT_TRUE(all.entries[2].behind.apart);
  EXPECT_GT(all.entries[2].interval->high, all.entries[0].mean) << "the intervals of both overlap, the differences still tell";
}

TEST(LeaderboardTest, WithoutFoldsBothIntervalsCount) {
  const Leaderboard near = board({scored(1, {0.80}, 0), scored(2, {0.82}, 0)}, 0),
                    far = board({scored(1, {0.70}, 0), scored(2, {0.82}, 0)}, 0);
  EXPECT_FALSE(near.entries[1].behind.apart);
  EXPECT_TRUE(far.entries[1].behind.apart);
  const Leaderboard bare = board({scored(1, {0.70}, 0, 0), scored(2, {0.82}, 0, 0)}, 0);
  EXPECT_FALSE(bare.entries[1].behind.interval);
  EXPECT_FALSE(bare.entries[1].behind.apart);
}

TEST(LeaderboardTest, LowerIsBetterForErrorsAndUnfinishedOnesComeLast) {
  Entry failed{.trial = 1, .state = Entry::State::kFailed, .error = "say, \"why\""};
  Leaderboard all{.task = "t", .objective = {"loss", false}, .entries = {failed}};
  for (const double loss : {0.5, 0.3}) {
    Entry e{.trial = std::ssize(all.entries) + 1, .state = Entry::State::kFinished};
    score(e, {{.figures = {{"loss", {loss, {loss, loss}}}}, .error = {}}}, all.objective, 0).value();
    all.entries.push_back(e);
  }
  Entry further{.trial = 9, .state = Entry::State::kFinished, .rung = 1};
  score(further, {{.figures = {{"loss", {0.4, {0.4, 0.4}}}}, .error = {}}}, all.objective, 0).value();
  all.entries.push_back(further);
  rank(all);
  std::vector<std::int64_t> order;
  for (const Entry& e : all.entries) order.push_back(e.trial);
  EXPECT_EQ(order, (std::vector<std::int64_t>{9, 3, 2, 1})) << "a trial that went on stands above those that were left behind";
  EXPECT_EQ(to_json(all).at("entries").at(3).at("error"), failed.error);
  EXPECT_NE(to_csv(all).find("\"say, \"\"why\"\"\""), std::string::npos);
  EXPECT_FALSE(to_page(all, "here").empty());
}

TEST(ScheduleTest, RungsMultiplyAndEndAtTheEpochs) {
  EXPECT_EQ(halving_rungs(27, 3, 0), (std::vector<std::int64_t>{1, 3, 9, 27}));
  EXPECT_EQ(halving_rungs(27, 3, 9), (std::vector<std::int64_t>{3, 9, 27}));
  EXPECT_EQ(halving_rungs(10, 3, 100), (std::vector<std::int64_t>{2, 4, 10}));
  EXPECT_EQ(halving_rungs(1, 3, 100), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(halving_rungs(1'000'000, 2, 0).size(), 5u);
  EXPECT_EQ(halving_rungs(10, 3, 1), (std::vector<std::int64_t>{10}));
  EXPECT_EQ(halving_survivors(9, 3), 3);
  EXPECT_EQ(halving_survivors(8, 3), 2);
  EXPECT_EQ(halving_survivors(1, 3), 1);
}

}  // namespace
}  // namespace lepton::tune
