// Models for other programs: an ONNX file that is compared with the model before it is let out.
#pragma once

#include "lepton/base/files.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/formats/onnx_writer.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {

/// Weights by name, as the prediction graph stores them.
formats::NamedTensors stored_weights(Model& model);

/// The prediction graph and its weights as an ONNX file: what the model takes and gives, with its preprocessing layers inside.
/// Errors:  those of write_onnx().
Result<std::string> model_to_onnx(Model& model, const formats::OnnxWriteOptions& options = {});

/// Inputs that the model takes, drawn from `seed`: floats in [-1, 1), pixels, 0 or 1 for other whole numbers; free axes get 8 elements.
Arrays seeded_inputs(const Model& model, std::int64_t samples, std::uint64_t seed = 0);

/// Largest |difference| between a model's outputs and those of an ONNX file that Lepton reads and runs on the same inputs, as a share of
/// the largest magnitude of that output; infinity where one is not finite.
/// Errors:  what decoding and running the file finds, and kShapeMismatch for outputs of another type.
Result<double> difference_from_onnx(Model& model, std::span<const std::byte> onnx, const std::string& folder, const Arrays& inputs);

struct OnnxExport {
  bool external_weights = false;  // in a safetensors file beside the model
  Arrays inputs = {};             // to compare on
  std::string inputs_from = {};   // what they are, for the recipe
  double tolerance = 1e-4;        // of difference_from_onnx()
};

struct OnnxExportResult {
  std::vector<std::string> paths;  // of the files: model, recipe, then weights
  double difference = 0;
};

/// Writes STEM.onnx and, beside it, STEM.recipe.json: inputs and outputs, what the task's part of the manifest says (labels, recipe,
/// decision rule), and on what the file was compared with the model. The recipe stands in the model's metadata, too.
/// Errors:  those of difference_from_onnx(); kInternal if the difference is beyond the tolerance; kResourceExhausted if the weights need a
///          file of their own. Nothing is left behind then.
Result<OnnxExportResult> export_onnx(FileSystem& files, const std::string& path, Model& model, const Json& task, const OnnxExport& options);

}  // namespace lepton::train
