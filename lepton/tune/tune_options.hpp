// How a search is done: the words of a config's `tune` section besides the space.
#pragma once

#include <chrono>

#include "lepton/tasks/task.hpp"
#include "lepton/tune/search_space.hpp"

namespace lepton::tune {

enum class Method : std::uint8_t { kGrid, kRandom, kHalving };

struct TuneOptions {
  Method method = Method::kRandom;
  std::int64_t trials = 0;          // 0: the whole grid, or as many as the budget allows
  std::chrono::seconds budget{0};   // 0: no limit
  std::int64_t folds = 0;           // 0: one validation part
  std::int64_t seeds = 1;           // trainings of each trial and fold
  int jobs = 1;                     // trainings side by side
  std::int64_t reduction = 3;       // of halving: one in so many trials goes on, with so many times the epochs
  std::uint64_t search_seed = 0;    // of random points
  tasks::Objective objective = {};  // what is compared
  SearchSpace space;
};

/// The declared words of the section, for help and reference pages.
std::span<const AttributeDef> tune_settings();

/// Reads the section for a task. A section that is kNothing is an empty one: one trial.
/// Errors:  kInvalidArgument, with place and nearest name, for words that are unknown or wrong, for a space of settings that a search must
///          not touch (data, splits, seeds), and for a search that would not end.
Result<TuneOptions> tune_options_from(const tasks::ConfigNode& section, const tasks::TaskDef& task);

/// Seconds of "90s", "10m", "1h30m" or "2h"; kInvalidArgument for anything else.
Result<std::chrono::seconds> duration_from_text(std::string_view text);

/// The objective of the task that a word names, whatever its case and whether words are joined by blanks or underscores: roc_auc.
Result<tasks::Objective> objective_of(const tasks::TaskDef& task, const std::string& word);

}  // namespace lepton::tune
