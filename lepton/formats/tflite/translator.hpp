// TensorFlow Lite to ONNX: a decoded file as ONNX nodes, so that all that runs ONNX runs it.
#pragma once

#include "lepton/formats/onnx/model_file.hpp"
#include "lepton/formats/tflite/model_file.hpp"

namespace lepton::formats {

/// Translates a model. Quantised operators become DequantizeLinear, the operator on real numbers, QuantizeLinear; inputs and outputs keep
/// their types and their axes (channels last).
/// Errors:  kUnsupported naming every operator that is not in the table; kDataCorrupt, kInvalidArgument for operators whose tensors do not
///          fit them, named by their output.
Result<OnnxModelFile> tflite_to_onnx(const TfLiteModelFile& file);

/// Names of the operators that are read, sorted.
std::vector<std::string> tflite_operators();

}  // namespace lepton::formats
