// A model that is a graph of operators, from whichever format holds it: ONNX or TensorFlow Lite.
#pragma once

#include "lepton/formats/onnx/model_file.hpp"

namespace lepton::formats {

/// True for the endings of such files: "onnx", "tflite".
bool is_graph_file(const std::string& path);

/// Maps and decodes a file (external data of ONNX lies beside it); what it is, is told by its first bytes. TensorFlow Lite comes as the
/// ONNX nodes that compute the same. Errors:  those of read_onnx(), read_tflite() and tflite_to_onnx().
Result<OnnxModelFile> read_graph_file(FileSystem& files, const std::string& path);

}  // namespace lepton::formats
