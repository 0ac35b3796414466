// Tasks: each joins data, recipe, model, loss, metrics, decision rule and report, and is one row of a table that the command line reads.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lepton/base/json_fwd.hpp"
#include "lepton/op/attribute_def.hpp"
#include "lepton/tensor/tensor.hpp"
#include "lepton/train/history.hpp"
#include "lepton/train/report/statistics.hpp"

namespace lepton::runtime {
class Profile;
}

namespace lepton::tasks {

struct GivenSetting;  // settings.hpp
class ModelCodec;     // model_codec.hpp

struct TrainRequest {
  Attributes settings;     // complete
  std::string run_folder;  // made if needed; holds everything that the run leaves
  bool resume = false;     // go on from the last checkpoint of the run folder
  int verbose = 1;
  std::string profile = {};  // file for the times of operators in some steps; none if empty
  const std::atomic<bool>* cancel = nullptr;
};

struct TrainResult {
  std::string package;          // path of the .lepton file
  train::Logs validation;       // figures of the best epoch
  std::int64_t best_epoch = 0;  // 0: none was finished
  bool interrupted = false;     // by `cancel`; resume goes on from the last checkpoint
  std::string stop_reason;
};

struct EvaluationResult {
  std::string report;  // path of the page
  std::int64_t samples = 0;
  std::int64_t openings = 0;  // of the test set, this one included; 0 for other parts
  std::vector<train::Figure> figures;
};

/// What a model says of one input.
struct PredictionRow {
  std::string input;                                          // file, or row of a table
  std::string said;                                           // label or number
  std::vector<std::pair<std::string, double>> probabilities;  // of the labels, best first; empty for numbers
};

/// Settings for a beginner under one word: "fast", "good" or "best".
struct Preset {
  std::string_view name;
  std::string_view summary;
  std::vector<std::string_view> settings;  // key=value
};

/// A figure by which models can be compared: "loss", or the name of one that `evaluate` gives.
struct Objective {
  std::string_view name;
  bool higher_is_better = true;
  bool is_share = false;  // lies in 0 to 1
};

struct TaskDef {
  std::string_view name;
  std::string_view summary;
  std::vector<AttributeDef> settings;
  std::vector<Preset> presets = {};
  std::vector<Objective> objectives = {};  // the first is the usual one
  Result<TrainResult> (*train)(const TrainRequest&) = nullptr;
  /// Evaluates a run on "train", "val" or "test" and writes its page. Opening the test set is counted.
  Result<EvaluationResult> (*evaluate)(const std::string& run_folder, const std::string& part) = nullptr;
  /// How its packages take files and rows, from the task's part of their manifest; throws for one that is damaged.
  std::unique_ptr<ModelCodec> (*codec)(const Json& task) = nullptr;
  /// The model's inputs for the first samples of a part of a run's data, at most so many; null if the task has none to give.
  Result<std::vector<Tensor>> (*inputs)(const std::string& run_folder, const std::string& part, std::int64_t at_most) = nullptr;
};

std::span<const TaskDef> all_tasks();
/// Throws kNotFound, naming the nearest.
const TaskDef& get_task(std::string_view name);
/// The task of a packaged model, by what its manifest says.
const TaskDef& task_of_package(const std::string& package);

/// Settings that every task has: data, epochs, batch_size, seed, validation, test, optimizer, patience; then `own`.
std::vector<AttributeDef> with_common_settings(std::vector<AttributeDef> own);

/// Replaces `preset`, if it is given (the last one counts), by its settings. Those that are given besides win.
/// Errors:  kInvalidArgument, with place and nearest name, for a preset that the task has not.
Result<std::vector<GivenSetting>> with_preset(const TaskDef& task, std::vector<GivenSetting> given);

/// Writes config.yaml, which replays the run, into the run folder: the settings, and what made them.
/// `data_fingerprint` tells whether it is the same data later.
Result<void> write_run_config(const std::string& run_folder, std::string_view task, const Attributes& settings,
                              const std::string& data_fingerprint);
/// What differs between the machine and program that wrote a config and this one; empty if a replay should give the same bits.
std::vector<std::string> differences_from_here(std::span<const GivenSetting> made_by);

}  // namespace lepton::tasks
