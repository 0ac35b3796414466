// Construction of graphs and the few questions that need no inference.
#include "lepton/graph/graph.hpp"

#include <algorithm>

namespace lepton::graph {

const GraphInput* Graph::find_input(std::string_view input_name) const {
  const auto place = std::ranges::find(inputs_, input_name, &GraphInput::name);
  return place == inputs_.end() ? nullptr : &*place;
}

const GraphOutput* Graph::find_output(std::string_view output_name) const {
  const auto place = std::ranges::find(outputs_, output_name, &GraphOutput::name);
  return place == outputs_.end() ? nullptr : &*place;
}

ValueId Graph::add_input(std::string input_name, InputKind kind, TensorType type) {
  if (find_input(input_name) != nullptr) fail(ErrorCode::kInvalidArgument, "graph: there are two inputs named '{}'", input_name);
  const auto value = static_cast<ValueId>(producers_.size());
  producers_.push_back(kNoNode);
  inputs_.push_back({std::move(input_name), kind, std::move(type), value});
  return value;
}

NodeId Graph::add_node(Node node, int num_outputs) {
  const auto id = static_cast<NodeId>(nodes_.size());
  for (const ValueId input : node.inputs)
    LEPTON_ASSERT(input == kNoValue || (input >= 0 && input < num_values()), "a node uses an undefined value");
  node.outputs.clear();
  for (int i = 0; i < num_outputs; ++i) {
    node.outputs.push_back(static_cast<ValueId>(producers_.size()));
    producers_.push_back(id);
  }
  nodes_.push_back(std::move(node));
  return id;
}

void Graph::add_output(std::string output_name, ValueId value, std::string updates) {
  LEPTON_ASSERT(value >= 0 && value < num_values(), "an output names an undefined value");
  outputs_.push_back({std::move(output_name), value, std::move(updates)});
}

std::vector<int> count_uses(const Graph& graph) {
  std::vector<int> uses(static_cast<std::size_t>(graph.num_values()), 0);
  for (const Node& node : graph.nodes()) {
    for (const ValueId input : node.inputs) {
      if (input != kNoValue) ++uses[static_cast<std::size_t>(input)];
    }
  }
  for (const GraphOutput& output : graph.outputs()) ++uses[static_cast<std::size_t>(output.value)];
  return uses;
}

}  // namespace lepton::graph
