// The search with a trainer that computes its figures: order, failures, budget, resuming and halving, without child processes.
#include "lepton/tune/tuner.hpp"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <thread>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton::tune {
namespace {

double value_of(const RunSpec& run, std::string_view key) {
  double value = 0;
  for (const tasks::GivenSetting& setting : run.settings) {
    if (setting.key == key) value = std::stod(setting.values.at(0));
  }
  return value;
}

class TunerTest : public ::testing::Test {
 protected:
  // Best at dropout 0.3, better with epochs; each fold has its own level.
  Result<RunOutcome> train(const RunSpec& run) {
    const std::lock_guard lock(mutex_);
    trained_.push_back(run.name);
    const double dropout = value_of(run, "dropout");
    if (dropout > 0.9) return RunOutcome{.figures = {}, .error = "too much"};
    const double figure = 0.9 - std::abs(dropout - 0.3) + 0.001 * value_of(run, "epochs") + 0.01 * value_of(run, "fold");
    return RunOutcome{.figures = {{"accuracy", {figure, {figure - 0.01, figure + 0.01}}}}, .seconds = 1, .error = {}};
  }
  Result<TuneResult> tune_with(const std::string& section, bool resume = false) {
    TuneRequest request{.task = "tabular-classification", .folder = folder(), .resume = resume, .cancel = &cancel_};
    request.config = tasks::parse_config("data: a.csv\ntarget: y\nepochs: 9\ntune:\n" + section, "c.yaml").value();
    request.trainer = trainer_ ? trainer_ : [this](const RunSpec& run, std::chrono::milliseconds) { return train(run); };
    return tune(request);
  }
  std::string folder() const { return join_path(temporary_.path(), "tune"); }
  std::string text(const char* name) const { return read_file(local_files(), join_path(folder(), name), 1 << 20).value(); }

  TemporaryFolder temporary_;
  std::mutex mutex_;
  std::vector<std::string> trained_;
  std::atomic<bool> cancel_ = false;
  Trainer trainer_;
};

constexpr const char* kGrid = "  method: grid\n  folds: 3\n  seeds: 2\n  jobs: 3\n  space: {dropout: [0, 0.3, 0.35, 1]}\n";

TEST_F(TunerTest, AGridIsRankedAndAFailureStopsNothing) {
  const TuneResult result = tune_with(kGrid).value();
  ASSERT_EQ(result.board.entries.size(), 4u);
  EXPECT_EQ(result.board.best()->trial, 2);
  EXPECT_NEAR(result.board.best()->mean, 0.919, 1e-9);
  EXPECT_EQ(result.board.entries[3].state, Entry::State::kFailed);
  EXPECT_EQ(result.board.entries[3].error, "too much");
  EXPECT_FALSE(result.interrupted);
  const auto best = tasks::read_config_file(local_files(), result.best_config).value();
  std::map<std::string, std::vector<std::string>> settings;
  for (const tasks::GivenSetting& setting : best.settings) settings[setting.key] = setting.values;
  EXPECT_EQ(settings.at("dropout"), std::vector<std::string>{"0.3"});
  EXPECT_EQ(settings.at("task"), std::vector<std::string>{"tabular-classification"});
  EXPECT_FALSE(settings.contains("fold"));
  for (const char* name : {"leaderboard.json", "leaderboard.csv", "leaderboard.html", "config.yaml"}) EXPECT_FALSE(text(name).empty());
  EXPECT_EQ(tune_with(kGrid).error().code(), ErrorCode::kInvalidArgument) << "the folder is in use";
}

// All runs of a search have the split of the config's seed: one test set.
TEST_F(TunerTest, SeedsNeverMoveTheSplit) {
  std::vector<RunSpec> runs;
  trainer_ = [&](const RunSpec& run, std::chrono::milliseconds) {
    const std::lock_guard lock(mutex_);
    runs.push_back(run);
    return RunOutcome{.figures = {{"accuracy", {}}}, .error = {}};
  };
  tune_with(kGrid).value();
  EXPECT_EQ(runs.size(), 24u);
  std::map<double, int> seeds;
  for (const RunSpec& run : runs) {
    EXPECT_EQ(value_of(run, "split_seed"), 0);
    EXPECT_EQ(value_of(run, "folds"), 3);
    ++seeds[value_of(run, "seed")];
  }
  EXPECT_EQ(seeds, (std::map<double, int>{{0, 12}, {1, 12}}));
}

TEST_F(TunerTest, ResumingTakesWhatHasFinished) {
  int calls = 0;
  trainer_ = [&](const RunSpec& run, std::chrono::milliseconds) -> Result<RunOutcome> {
    {
      const std::lock_guard lock(mutex_);
      if (++calls == 6) cancel_ = true;
    }
    if (cancel_) return Error(ErrorCode::kCancelled, "interrupted");
    return train(run);
  };
  const TuneResult cut = tune_with(kGrid).value();
  EXPECT_TRUE(cut.interrupted);
  const std::vector<std::string> first = trained_;
  EXPECT_EQ(first.size(), 5u);
  write_atomic(local_files(), join_path(folder(), "results/" + first[0] + ".json"), "{\"figures\": ").value();  // damaged
  cancel_ = false;
  trainer_ = nullptr;
  trained_.clear();
  const TuneResult whole = tune_with(kGrid, true).value();
  EXPECT_EQ(whole.board.best()->trial, 2);
  EXPECT_NEAR(whole.board.best()->mean, 0.919, 1e-9);
  for (const std::string& name : trained_) EXPECT_TRUE(name == first[0] || std::ranges::find(first, name) == first.end()) << name;
  EXPECT_TRUE(std::ranges::find(trained_, first[0]) != trained_.end());
}

TEST_F(TunerTest, TheSameSearchGivesTheSameBoard) {
  const char* section = "  trials: 7\n  jobs: 4\n  space: {dropout: {from: 0, to: 0.8}, batch_size: [8, 16]}\n";
  const auto board = [](TuneResult result) { return dump_json(to_json(result.board)); };
  TuneResult first = tune_with(section).value();
  EXPECT_EQ(first.board.entries.size(), 7u);
  remove_all(local_files(), folder()).value();
  EXPECT_EQ(board(first), board(tune_with(section).value()));
}

TEST_F(TunerTest, HalvingGivesEpochsToTheBest) {
  const TuneResult result = tune_with("  method: halving\n  trials: 9\n  space: {dropout: {from: 0, to: 0.8}}\n").value();
  std::map<std::int64_t, int> rungs;
  for (const Entry& entry : result.board.entries) ++rungs[entry.epochs];
  EXPECT_EQ(rungs, (std::map<std::int64_t, int>{{1, 6}, {3, 2}, {9, 1}}));
  EXPECT_EQ(result.board.best()->epochs, 9);
  EXPECT_EQ(trained_.size(), 13u);
  double closest = 1;
  for (const Entry& entry : result.board.entries) closest = std::min(closest, std::abs(std::stod(entry.point[0].values[0]) - 0.3));
  EXPECT_EQ(std::abs(std::stod(result.board.best()->point[0].values[0]) - 0.3), closest);
}

TEST_F(TunerTest, TheBudgetEndsIt) {
  trainer_ = [&](const RunSpec& run, std::chrono::milliseconds left) -> Result<RunOutcome> {
    EXPECT_LE(left, std::chrono::seconds(3));
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(left, std::chrono::milliseconds(900)));
    if (left < std::chrono::milliseconds(900)) return Error(ErrorCode::kDeadlineExceeded, "ended");
    return train(run);
  };
  const TuneResult result = tune_with("  budget: 3s\n  jobs: 1\n  space: {dropout: {from: 0, to: 0.8}}\n").value();
  EXPECT_LE(result.board.entries.size(), 5u);
  EXPECT_NE(result.board.best(), nullptr);
  trained_.clear();
  trainer_ = nullptr;
  const TuneResult again = tune_with("  budget: 3s\n  jobs: 1\n  space: {dropout: {from: 0, to: 0.8}}\n", true).value();
  EXPECT_TRUE(trained_.empty()) << "the time is over, also after a restart";
  EXPECT_EQ(again.board.best()->trial, result.board.best()->trial);
}

TEST_F(TunerTest, ASearchWithoutHopeEnds) {
  EXPECT_FALSE(tune_with("  budget: 10m\n  jobs: 2\n  space: {dropout: {from: 0.91, to: 1}}\n"));
  EXPECT_LT(trained_.size(), 20u);
}

TEST_F(TunerTest, WrongSettingsEndItBeforeAnyTraining) {
  const auto wrong = tune_with("  method: grid\n  space: {dropout: [0.1, 2]}\n  jobs: 1\n");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message().find("c.yaml:6:11"), std::string::npos) << wrong.error().message();
  remove_all(local_files(), folder()).value();
  EXPECT_FALSE(tune_with("  method: grid\n  space: {dropout: [0.95, 1]}\n")) << "none finished";
}

TEST_F(TunerTest, ASpaceOfNothingIsOneTrial) {
  const TuneResult result = tune_with("  folds: 4\n").value();
  ASSERT_EQ(result.board.entries.size(), 1u);
  EXPECT_EQ(result.board.best()->folds.size(), 4u);
  EXPECT_TRUE(result.board.best()->interval);
}

}  // namespace
}  // namespace lepton::tune
