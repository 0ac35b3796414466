// Graph to ONNX: each operator's own rule says how it is written; operators without one are written as their body.
#pragma once

#include <map>
#include <string>

#include "lepton/formats/safetensors.hpp"
#include "lepton/graph/graph.hpp"

namespace lepton::formats {

/// Opset of the files that are written.
inline constexpr int kOnnxOpset = 20;
inline constexpr int kOnnxIrVersion = 9;

struct OnnxWriteOptions {
  /// File beside the model that holds the weights; empty: inside the model.
  std::string external_file = {};
  std::map<std::string, TensorPlace> places = {};  // of each state in the external file
  std::map<std::string, std::string> metadata = {};
};

/// Writes `graph` (a prediction graph) with the values of its state inputs as an ONNX ModelProto. Free dims become symbolic ones; axis 0 of
/// every input is called "batch". Errors:  kUnsupported naming every operator that can neither be written nor has a body; kNotFound if a
/// state has no value.
Result<std::string> write_onnx(const graph::Graph& graph, const NamedTensors& states, const OnnxWriteOptions& options = {});

/// ONNX's number of a dtype (TensorProto.DataType).
int onnx_dtype(DType dtype);

}  // namespace lepton::formats
