// The leaderboard: which trial is best, how sure that is, and what each costs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lepton/base/json_fwd.hpp"
#include "lepton/tasks/task.hpp"
#include "lepton/tune/search_space.hpp"
#include "lepton/tune/trial_runner.hpp"

namespace lepton::tune {

/// How much worse an entry is than the best one (positive: worse), and whether that can be told from nothing.
struct Behind {
  double mean = 0;
  std::optional<train::Interval> interval;
  bool apart = false;
};

struct Entry {
  enum class State { kFinished, kFailed, kStopped };
  std::int64_t trial = 0;  // from 1
  Point point;
  State state = State::kStopped;
  std::string error = {};
  std::int64_t rung = 0;    // of halving, from 0
  std::int64_t epochs = 0;  // at most; that of its rung
  std::string run = {};     // folder of its first training

  std::vector<double> folds = {};  // the figure of each fold, a mean over seeds; one without folds
  double mean = 0;
  std::optional<train::Interval> interval = {};
  Behind behind = {};

  double seconds = 0;           // of a training, in the mean
  double latency_ms = 0;        // of one sample; 0: not measured
  std::int64_t size_bytes = 0;  // of the package
  std::int64_t parameters = 0;
};

struct Leaderboard {
  std::string task;
  tasks::Objective objective;
  std::int64_t folds = 0, seeds = 1;
  int threads = 1;             // with which latency was measured
  std::vector<Entry> entries;  // best first; those that did not finish last

  const Entry* best() const { return !entries.empty() && entries[0].state == Entry::State::kFinished ? &entries[0] : nullptr; }
};

/// Fills in folds, mean, interval and seconds of an entry from the outcomes of its trainings.
///
/// Shapes:  outcomes: folds · seeds, fold by fold; with folds == 0: seeds.
/// The interval is Student's over folds, widened for what their training samples share; without folds it is that of the validation samples,
/// widened by the spread of the seeds. There is none where one training gives a figure without interval.
/// Errors:  kNotFound, naming it, if the figure is not there.
Result<void> score(Entry& entry, const std::vector<RunOutcome>& outcomes, const tasks::Objective& objective, std::int64_t folds);

/// Sorts the entries (later rungs first, then by the figure) and compares each with the best: by the differences fold by fold, or without
/// folds by both intervals.
void rank(Leaderboard& board);

Json to_json(const Leaderboard& board);
/// One row for each entry, with a header.
std::string to_csv(const Leaderboard& board);
/// Two or three sentences: whether the best can be told from the others, and what the figures are not.
std::vector<std::string> verdict(const Leaderboard& board);
/// A table for a terminal, with the verdict below; `most` rows.
std::string to_text(const Leaderboard& board, std::size_t most = 20);
/// A self-contained HTML page.
std::string to_page(const Leaderboard& board, const std::string& source);

}  // namespace lepton::tune
