// Image classification from a folder of pictures (or a known data set) to a trained, packaged and evaluated model.
#pragma once

#include "lepton/tasks/task.hpp"

namespace lepton::tasks {

/// Trains a convolutional network: split without leaks, best epoch by val_loss, package of that epoch, and a linear model beside it.
///
/// The run folder gets config.yaml, split.json, metrics.csv, curves.svg, checkpoints/ and model.lepton. One process at a time may use it.
/// Errors:  those of reading; kInvalidArgument for leaks that are not allowed; kUnavailable if another process uses the folder.
Result<TrainResult> train_images(const TrainRequest& request);

/// Evaluates the model of a run on a part of its data ("train", "val" or "test") and writes report.html. Opening the test set is counted.
Result<EvaluationResult> evaluate_images(const std::string& run_folder, const std::string& part);

/// How packages of the task take pictures.
std::unique_ptr<ModelCodec> picture_codec(const Json& task);

/// Pictures of a part of a run's data as the model takes them: the first `at_most`.
Result<std::vector<Tensor>> inputs_of_images(const std::string& run_folder, const std::string& part, std::int64_t at_most);

}  // namespace lepton::tasks
