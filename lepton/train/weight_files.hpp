// Weights of a model in files of their own: safetensors or NPZ, by their names and in Keras's shapes.
#pragma once

#include "lepton/base/files.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {

/// Writes all weights of `model` in one step. The ending of `path` says the format: .safetensors or .npz.
/// Errors:  kUnsupported for another ending; kIoError.
Result<void> save_weights(FileSystem& files, const std::string& path, const Model& model);

struct LoadWeightsOptions {
  bool skip_mismatch = false;  // leave weights as they are that the file lacks or has in another shape (as Keras's option)
};

/// Gives `model` the weights of a file by their names; floats of other widths are converted. Keras's files: zoo::load_keras_weights().
/// Errors:  kNotFound naming all weights that are missing in the file or unknown here; kShapeMismatch; what reading the file finds. On an
///          error nothing has changed.
Result<void> load_weights(FileSystem& files, const std::string& path, Model& model, const LoadWeightsOptions& options = {});

}  // namespace lepton::train
