// tune: from a config with a search space to trials, a leaderboard and the config of the best.
#pragma once

#include "lepton/tune/leaderboard.hpp"
#include "lepton/tune/tune_options.hpp"

namespace lepton::tune {

struct Progress {
  std::int64_t done = 0, total = 0;  // trainings, or seconds of the budget where the number of trainings is open
  std::string news = {};             // a line on a trial that has just ended; may be empty
};

struct TuneRequest {
  std::string task;
  tasks::ConfigFile config;          // settings that all trials share, and the section `tune`
  std::string folder;                // made if needed; holds everything
  bool resume = false;               // go on in a folder that is there
  std::vector<std::string> program;  // the lepton program
  const std::atomic<bool>* cancel = nullptr;
  std::function<void(const Progress&)> on_progress = nullptr;  // one call at a time, from any thread
  Trainer trainer = nullptr;                                   // instead of child processes
};

struct TuneResult {
  Leaderboard board;
  std::string best_config;   // path of best.yaml; empty if no trial finished
  bool interrupted = false;  // by `cancel`; resume goes on
};

/// Runs the search. Finished trainings that are in the folder already are taken as they are; failed and stopped ones are tried again.
///
/// The folder gets config.yaml (replays the search), trials/ (a run folder for each training), results/, leaderboard.html, .csv and .json,
/// and best.yaml, from which `lepton train` makes the model. All trials have the same test samples, and no training of the search reads
/// their figures: nothing is evaluated but the validation part. Errors:  those of the config, with their place; kUnavailable if another
/// process uses the folder; kInvalidArgument for a folder that is in
///          use unless `resume`; if every trial fails, the error of the first.
Result<TuneResult> tune(const TuneRequest& request);

}  // namespace lepton::tune
