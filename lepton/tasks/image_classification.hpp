// Image classification from a folder of pictures (or a known data set) to a trained, packaged and evaluated model.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "lepton/data/dataset.hpp"
#include "lepton/data/recipe/image_recipe.hpp"
#include "lepton/data/split.hpp"
#include "lepton/tasks/task.hpp"
#include "lepton/train/model.hpp"

namespace lepton::tasks {

struct ImageTrainingConfig {
  std::string data;        // folder of classes, IDX or NPZ files, or the name of a known data set
  std::string run_folder;  // made if needed; holds everything that the run leaves
  std::int64_t epochs = 10;
  std::int64_t batch_size = 64;
  std::uint64_t seed = 0;
  double validation = 0.1;  // share of the training samples kept for choosing the epoch
  double test = 0.2;        // share kept for the test, unless the data has its own
  std::string optimizer = "adam";
  std::int64_t patience = 3;              // epochs without a better val_loss before the training ends
  std::string model = "small";            // or "large"
  std::string normalize = "scale";        // to [0, 1]; or "standardize" or "min-max" by the training pictures, each channel
  std::vector<std::string> augment = {};  // of training pictures: data/augment/augment.hpp says which words
  std::vector<std::string> allow_leaks = {};
  bool resume = false;
  int verbose = 1;
};

using ImageRun = TrainResult;

/// Trains a small convolutional network: split without leaks, best epoch by val_loss, package of that epoch.
///
/// The run folder gets config.yaml, split.json, metrics.csv, curves.svg, checkpoints/ and model.lepton. One process at a time may use it.
/// Errors:  those of reading; kInvalidArgument for leaks that are not allowed; kUnavailable if another process uses the folder.
Result<ImageRun> train_images(const ImageTrainingConfig& config, const std::atomic<bool>* cancel = nullptr);

struct ImageEvaluation {
  std::string report;  // path of report.html
  std::int64_t samples = 0, right = 0;
  double accuracy = 0, accuracy_low = 0, accuracy_high = 0;
  double majority = 0;                 // accuracy of always saying the most frequent class
  std::vector<train::Figure> figures;  // all of them, as the report shows them
  std::int64_t openings = 0;           // of the test set, this one included; 0 for other parts
};

/// Evaluates the model of a run on a part of its data ("train", "val" or "test") and writes report.html. Opening the test set is counted.
Result<ImageEvaluation> evaluate_images(const std::string& run_folder, const std::string& part);

struct ImagePrediction {
  std::string file;
  std::string label;
  std::vector<std::pair<std::string, double>> probabilities;  // best first
};
/// Predicts picture files with a packaged model, through the recipe that it was trained with.
Result<std::vector<ImagePrediction>> predict_images(const std::string& package, const std::vector<std::string>& paths);

}  // namespace lepton::tasks
