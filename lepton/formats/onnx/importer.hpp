// The importer: the nodes of an ONNX model as a graph, for inputs of given shapes and with some values known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lepton/formats/onnx/model_file.hpp"
#include "lepton/graph/graph.hpp"

namespace lepton::formats {

/// What is known when reading begins. Values are named by paths: the model's own name, with a prefix inside branches, loops and functions.
struct OnnxKnowledge {
  std::map<std::string, Tensor> known;                                 // values of earlier stages that reading needed
  std::map<std::string, TensorType> given;                             // values of earlier stages that come as inputs
  std::map<std::string, std::shared_ptr<const StringTensor>> strings;  // the model's inputs that are texts, by name
};

/// What reading a foreign model may take.
struct OnnxLimits {
  double max_elements = 1 << 28;       // of tensors that are computed while reading one node
  std::int64_t max_nodes = 1'000'000;  // that are read, passes of loops and calls of functions counted each
};

/// A graph and what its results are.
struct OnnxStage {
  graph::Graph graph;
  std::vector<std::string> results;            // paths, in the order of the graph's outputs; the model's outputs if `needs` is empty
  std::map<std::string, OnnxValue> constants;  // results of the model that are known without running
  std::string needs;                           // path of the value that must be known before reading can go on
  std::vector<std::pair<std::string, Tensor>> states;  // weights that the graph uses
};

/// Reads the model's nodes. `inputs` are the types of its inputs, in order; those of texts, which `knowledge` has, count for nothing.
/// Errors:  kUnsupported, kInvalidArgument, kShapeMismatch … naming the node; kResourceExhausted beyond the limits.
Result<OnnxStage> import_onnx(const OnnxModelFile& file, std::span<const TensorType> inputs, const OnnxKnowledge& knowledge,
                              const OnnxLimits& limits = {});

/// Errors with every operator of the file that is not in the table: name, opset and the first node that has it.
Result<void> check_operators(const OnnxModelFile& file);

}  // namespace lepton::formats
