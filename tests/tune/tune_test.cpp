// lepton tune, whole: the program, its children and the folder that they leave.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "lepton/base/child_process.hpp"
#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/random.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton {
namespace {

// Two numbers that tell the class, and one cell in nineteen empty; `garbled` rows hold other values that tell something else.
std::string table(const std::set<int>& garbled = {}) {
  Random random(5);
  std::string text = "a,b,c,y\n";
  for (int i = 0; i < 240; ++i) {
    const double a = random.uniform(-2, 2), b = random.uniform(0, 10), c = random.uniform(-1, 1);
    const bool yes = a + 0.2 * b + 0.5 * c > 1;
    if (garbled.contains(i)) {
      text += fmt::format("{:.3f},{:.3f},{:.3f},{}\n", 100 * c, -b, 7 * a, yes ? "yes" : "no");
    } else {
      text += fmt::format("{:.3f},{},{:.3f},{}\n", a, i % 19 == 0 ? "" : fmt::format("{:.3f}", b), c, yes ? "yes" : "no");
    }
  }
  return text;
}

class TuneProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("LEPTON_STATE_DIR", path("state").c_str(), 1);
    setenv("LEPTON_NUM_THREADS", "2", 1);
    write("rows.csv", table());
  }
  std::string path(const std::string& name) const { return join_path(folder_.path(), name); }
  void write(const std::string& name, const std::string& text) const { write_atomic(local_files(), path(name), text).value(); }
  std::string read(const std::string& name) const { return read_file(local_files(), path(name), 1 << 22).value(); }
  Json json(const std::string& name) const { return parse_json(read(name)).value(); }

  ChildResult lepton(std::vector<std::string> words) const {
    words.insert(words.begin(), LEPTON_PROGRAM);
    return run_child(words, {.folder = folder_.path(), .deadline = std::chrono::minutes(4)}).value();
  }
  void write_config(const std::string& tune) const {
    write("search.yaml", "task: tabular-classification\ndata: rows.csv\ntarget: y\nepochs: 3\nhidden: [8]\n" + tune);
  }
  TemporaryFolder folder_;
};

// The board without what a clock measures.
Json without_times(Json board) {
  for (Json& entry : board["entries"]) {
    for (const char* key : {"seconds", "latency_ms", "run"}) entry.erase(key);
  }
  board.erase("verdict");
  return board;
}

constexpr const char* kSearch = "tune:\n  method: grid\n  folds: 2\n  jobs: 2\n  space:\n    dropout: [0, 0.3]\n";

TEST_F(TuneProgram, TestRowsChangeNothingAndAreNeverOpened) {
  write_config(kSearch);
  ChildResult done = lepton({"tune", "search.yaml", "--folder", "first"});
  ASSERT_EQ(done.exit_status, 0) << done.errors;
  const Json split = json("first/trials/001-fold0/split.json");
  EXPECT_EQ(split.at("parts").at("test"), json("first/trials/002-fold1/split.json").at("parts").at("test"));
  std::set<int> test_rows;
  for (const Json& id : split.at("parts").at("test")) {
    const std::string name = id.get<std::string>();
    test_rows.insert(std::stoi(name.substr(name.find_first_of("0123456789"))));
  }
  ASSERT_EQ(test_rows.size(), 48u);
  std::set<int> all;
  for (const auto& [part, ids] : split.at("parts").items()) {
    for (const Json& id : ids) all.insert(std::stoi(id.get<std::string>().substr(id.get<std::string>().find_first_of("0123456789"))));
  }
  const int first_row = *all.begin();  // ids count lines or rows
  std::set<int> garbled;
  for (const int row : test_rows) garbled.insert(row - first_row);
  write("rows.csv", table(garbled));
  done = lepton({"tune", "search.yaml", "--folder", "second"});
  ASSERT_EQ(done.exit_status, 0) << done.errors;
  EXPECT_EQ(json("second/trials/001-fold0/split.json"), split);
  EXPECT_EQ(without_times(json("first/leaderboard.json")), without_times(json("second/leaderboard.json")));
  EXPECT_FALSE(exists(local_files(), path("state/test-openings")).value());

  // The winner is trained from its config, and has the same test rows.
  done = lepton({"train", "second/best.yaml", "--run", "winner", "--json"});
  ASSERT_EQ(done.exit_status, 0) << done.errors;
  EXPECT_EQ(json("winner/split.json").at("parts").at("test"), split.at("parts").at("test"));
}

TEST_F(TuneProgram, GoesOnAfterBeingKilled) {
  const std::string search =
      "tune:\n  trials: 4\n  folds: 2\n  jobs: 2\n  space:\n    dropout: {from: 0, to: 0.5}\n    batch_size: {from: 16, to: 64, scale: "
      "log}\n";
  write_config(search);
  ASSERT_EQ(lepton({"tune", "search.yaml", "--folder", "whole"}).exit_status, 0);
  // Killed as soon as a result is there. The children go with it: each holds the lock of its run folder while it lives.
  const std::string script =
      "\"$0\" tune search.yaml --folder cut >out.log 2>err.log & id=$!\n"
      "while ! ls cut/results/*-fold*.json >/dev/null 2>&1; do sleep 0.01; done\n"
      "kill -9 $id; wait $id\n"
      "sleep 0.5; for lock in cut/trials/*/lock; do flock -n $lock true || exit 9; done\n"
      "test ! -e cut/leaderboard.json";
  const ChildResult killed = run_child({"/bin/sh", "-c", script, LEPTON_PROGRAM}, {.folder = folder_.path()}).value();
  ASSERT_EQ(killed.exit_status, 0) << killed.errors;
  const auto kept = local_files().list_folder(path("cut/results")).value();
  const auto result = std::ranges::find_if(kept, [](const FolderEntry& entry) { return entry.name.find("-fold") != std::string::npos; });
  ASSERT_NE(result, kept.end());
  const std::string first = result->name;
  const std::int64_t written = local_files().stat(path("cut/results/" + first)).value().modified_ns;
  const ChildResult resumed = lepton({"tune", "--resume", "cut"});
  ASSERT_EQ(resumed.exit_status, 0) << resumed.errors;
  EXPECT_EQ(local_files().stat(path("cut/results/" + first)).value().modified_ns, written) << "what had finished is not trained again";
  EXPECT_EQ(without_times(json("cut/leaderboard.json")), without_times(json("whole/leaderboard.json")));
}

TEST_F(TuneProgram, AnotherSearchInTheFolderTakesNoOldModels) {
  write_config("tune:\n  trials: 1\n  space:\n    dropout: {from: 0, to: 0.5}\n");
  ASSERT_EQ(lepton({"tune", "search.yaml", "--folder", "search"}).exit_status, 0);
  ASSERT_EQ(lepton({"tune", "--resume", "search", "--search_seed", "5"}).exit_status, 0);
  ASSERT_EQ(lepton({"tune", "search.yaml", "--folder", "fresh", "--search_seed", "5"}).exit_status, 0);
  EXPECT_EQ(without_times(json("search/leaderboard.json")), without_times(json("fresh/leaderboard.json")));
}

// What the config says is overruled by the point and by the rung.
TEST_F(TuneProgram, HalvingOverrulesTheConfig) {
  write_config(
      "dropout: 0.1\ntune:\n  method: halving\n  trials: 4\n  reduction: 2\n  jobs: 2\n  space:\n    dropout: {from: 0, to: 0.5}\n");
  const ChildResult done = lepton({"tune", "search.yaml", "epochs=4", "epochs=2", "--folder", "search", "--json"});
  ASSERT_EQ(done.exit_status, 0) << done.errors;
  const Json board = parse_json(done.output).value();
  ASSERT_EQ(board.at("entries").size(), 4u);
  std::multiset<std::int64_t> epochs;
  for (const Json& entry : board.at("entries")) epochs.insert(entry.value("epochs", std::int64_t{-1}));
  EXPECT_EQ(epochs, (std::multiset<std::int64_t>{1, 1, 2, 2}));
  const std::string best = read("search/best.yaml");
  EXPECT_NE(best.find("epochs: \"2\""), std::string::npos) << best;
  EXPECT_NE(best.find("dropout: \"" + board.at("entries").at(0).at("settings").at("dropout").get<std::string>()), std::string::npos)
      << best;
  EXPECT_EQ(lepton({"tune", "--resume", "search"}).exit_status, 0);
}

TEST_F(TuneProgram, ATrialThatFailsIsListedAndStopsNoOther) {
  write_config("optimizer: adam($rate)\ntune:\n  method: grid\n  space:\n    rate: [0.01, fast]\n");
  const ChildResult done = lepton({"tune", "search.yaml", "--folder", "search", "--json"});
  ASSERT_EQ(done.exit_status, 0) << done.errors;
  const Json board = parse_json(done.output).value();
  ASSERT_EQ(board.at("entries").size(), 2u);
  EXPECT_EQ(board.at("entries").at(0).at("state"), "finished");
  EXPECT_GT(board.at("entries").at(0).at("latency_ms").get<double>(), 0);
  EXPECT_GT(board.at("entries").at(0).at("parameters").get<std::int64_t>(), 0);
  EXPECT_EQ(board.at("entries").at(1).at("state"), "failed");
  EXPECT_NE(board.at("entries").at(1).at("error").get<std::string>().find("fast"), std::string::npos);
  EXPECT_EQ(lepton({"runs", "list", "search/trials"}).exit_status, 0);
}

}  // namespace
}  // namespace lepton
