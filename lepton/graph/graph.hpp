// The intermediate representation: static single assignment, nodes in topological order, operators that may own sub-graphs.
//
// A graph stores no derived shapes: inference (graph/infer.hpp) runs again for concrete input types.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lepton/op/op_def.hpp"

namespace lepton::graph {

using NodeId = std::int32_t;
inline constexpr NodeId kNoNode = -1;

/// One operator applied. Absent optional inputs are kNoValue; attributes are complete.
struct Node {
  const OpDef* op = nullptr;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  Attributes attributes;
  std::vector<Region> regions;
  std::string name = {};  // of the layer or source that made it; for messages and profiles only
};

enum class InputKind : std::uint8_t {
  kData,   // given at every run
  kState,  // a named variable that lives between runs (weights, optimiser moments, running statistics)
};

struct GraphInput {
  std::string name;
  InputKind kind = InputKind::kData;
  TensorType type;  // declared; free dims are kAnyDim
  ValueId value = kNoValue;
};

/// A result. `updates` names the state input whose new value it is (empty: an ordinary result).
struct GraphOutput {
  std::string name;
  ValueId value = kNoValue;
  std::string updates = {};
};

class Graph {
 public:
  std::string name = "main";

  const std::vector<GraphInput>& inputs() const { return inputs_; }
  const std::vector<GraphOutput>& outputs() const { return outputs_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  int num_values() const { return static_cast<int>(producers_.size()); }
  /// Node that makes `value`, or kNoNode for a graph input.
  NodeId producer(ValueId value) const { return producers_[static_cast<std::size_t>(value)]; }
  const Node& node(NodeId id) const { return nodes_[static_cast<std::size_t>(id)]; }
  const GraphInput* find_input(std::string_view input_name) const;
  const GraphOutput* find_output(std::string_view output_name) const;

  // Construction; GraphBuilder and passes use it. Values must be defined before they are used.
  ValueId add_input(std::string input_name, InputKind kind, TensorType type);
  /// Appends a node with `num_outputs` fresh values and returns its id.
  NodeId add_node(Node node, int num_outputs);
  void add_output(std::string output_name, ValueId value, std::string updates = {});
  void clear_outputs() { outputs_.clear(); }

 private:
  std::vector<GraphInput> inputs_;
  std::vector<GraphOutput> outputs_;
  std::vector<Node> nodes_;
  std::vector<NodeId> producers_;  // by value
};

/// Number of uses of each value by nodes and outputs.
std::vector<int> count_uses(const Graph& graph);

}  // namespace lepton::graph
