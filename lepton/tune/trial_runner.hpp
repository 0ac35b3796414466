// One training of a search: the lepton program, started as a child, trains and evaluates on the validation samples.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lepton/base/json_fwd.hpp"
#include "lepton/tasks/settings.hpp"
#include "lepton/train/report/statistics.hpp"

namespace lepton::tune {

/// A trial on one fold with one seed.
struct RunSpec {
  std::string name;  // of its run folder: "003-fold1-seed0"
  std::vector<tasks::GivenSetting> settings;
};

/// A figure of the validation samples with its 95 % interval; low and high are equal to the value where there is none.
struct Measured {
  double value = 0;
  train::Interval interval;
};

struct RunOutcome {
  std::map<std::string, Measured> figures;
  double seconds = 0;  // of the training
  std::string error;   // what failed; empty: nothing
};
Json to_json(const RunOutcome& outcome);
Result<RunOutcome> outcome_from_json(const Json& json);

/// Trains within the time left. A training that fails is an outcome with an error text.
/// Errors:  kDeadlineExceeded and kCancelled if it was stopped.
using Trainer = std::function<Result<RunOutcome>(const RunSpec&, std::chrono::milliseconds left)>;

struct ChildTrainerOptions {
  std::vector<std::string> program;  // the lepton program, and words that come before its command
  std::string task;
  std::string folder;  // of the search: settings/NAME.yaml and trials/NAME lie in it
  int threads = 1;     // of each child
  const std::atomic<bool>* cancel = nullptr;
};

/// A Trainer that runs `lepton train` and `lepton eval --data val`. What an earlier one left of the run is gone on with: finished models
/// are not trained again. The run keeps all but its checkpoints.
Trainer child_trainer(ChildTrainerOptions options);

}  // namespace lepton::tune
