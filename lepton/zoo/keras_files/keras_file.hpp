// Keras's files: whole models and weights in .h5 (Keras 2 and 3), .keras and .weights.h5, read and written.
#pragma once

#include <string>

#include "lepton/base/files.hpp"
#include "lepton/formats/hdf5.hpp"
#include "lepton/train/model.hpp"

namespace lepton::zoo {

/// True for the endings of such files: "keras", "h5", "hdf5".
bool is_keras_file(const std::string& path);

/// Makes the model that a .keras or .h5 file holds, with its weights. Layers and weights keep Keras's names and order.
/// Errors:  those of read_hdf5() and model_from_keras(); kShapeMismatch or kDataCorrupt, naming the layer, for weights that do not fit.
Result<train::Model> load_keras_file(FileSystem& files, const std::string& path, const formats::Hdf5Options& options = {});

/// Gives `model` the weights of a file, layer after layer in the order of the file, as Keras's load_weights() does.
/// Errors:  as above; the model is left as it was.
Result<void> load_keras_weights(FileSystem& files, const std::string& path, train::Model& model, const formats::Hdf5Options& options = {});

/// Writes the model as Keras's .keras (Keras 3), or .h5: its layers and weights, as data. Keras opens it with load_model().
/// Errors:  kUnsupported, naming the layer, for what Keras lacks; those of write_hdf5().
Result<void> save_keras_file(FileSystem& files, const std::string& path, const train::Model& model,
                             const formats::Hdf5Options& options = {});

/// Writes the weights alone as .weights.h5 (Keras 3), for load_weights() of the same model in Keras.
/// Errors:  kInvalidArgument for another ending; those of write_hdf5().
Result<void> save_keras_weights(FileSystem& files, const std::string& path, const train::Model& model,
                                const formats::Hdf5Options& options = {});

}  // namespace lepton::zoo
