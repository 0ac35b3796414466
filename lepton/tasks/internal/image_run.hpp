// What training from scratch, training from given weights, evaluation and prediction of image classifiers share.
#pragma once

#include "lepton/base/files.hpp"
#include "lepton/data/recipe/image_recipe.hpp"
#include "lepton/data/split.hpp"
#include "lepton/tasks/task.hpp"
#include "lepton/train/model.hpp"

namespace lepton::tasks {

struct OpenedData {
  data::ImageRecipe recipe;
  data::DatasetHandle dataset;
  data::Split split;
  std::string fingerprint;         // of the training pictures
  std::unique_ptr<FileLock> lock;  // of the run folder
};

/// Opens and splits the data, refuses leaks, and writes the run's config and split.
OpenedData open_data(const TrainRequest& request, const data::ImageRecipe& recipe);
/// The pictures of a folder or known data set, their classes grouped if `classes` says so.
data::DatasetHandle open_classes(const std::string& source, const data::ImageRecipe& recipe, const std::vector<std::string>& classes);
data::DatasetHandle part_of(const OpenedData& opened, std::string_view part);

struct FittedRun {
  train::History history;
  train::Logs validation;       // of the best epoch
  std::int64_t best_epoch = 0;  // 0: none was finished
  bool interrupted = false;
  std::string stop_reason;
};
/// Trains with checkpoints (and goes on from them if the request says so) and leaves the model at its best epoch. Loss and metrics are
/// those of the task.
FittedRun fit_with_checkpoints(const TrainRequest& request, const OpenedData& opened, train::Model& model, train::CompileOptions how);
/// Writes the package, the curves and the baseline.
TrainResult finish_run(const TrainRequest& request, const OpenedData& opened, train::Model& model, const FittedRun& fitted);

/// Training from the weights that the setting `from` names.
TrainResult train_from(const TrainRequest& request);

/// The group of each picture by a pattern of its path; empty without a pattern.
std::vector<std::string> groups_of_pictures(const data::Dataset& dataset, const std::string& pattern);
std::uint64_t seed_of(const Attributes& settings);

}  // namespace lepton::tasks
