// A contraction does (elements of the result) × (elements folded into each).
#include "lepton/graph/cost.hpp"

#include "lepton/graph/infer.hpp"

namespace lepton::graph {
namespace {

std::int64_t macs_of(const Node& node, std::span<const TensorType> types) {
  const Shape& first = types[static_cast<std::size_t>(node.inputs[0])].shape;
  const Shape& second = types[static_cast<std::size_t>(node.inputs[1])].shape;
  const Shape& result = types[static_cast<std::size_t>(node.outputs[0])].shape;
  if (node.attributes.has("transpose_a")) return result.num_elements() * first[node.attributes.flag("transpose_a") ? -2 : -1];
  // Convolutions: each weight meets each output position once. The gradients exchange the roles of result and operand.
  if (node.op->name == "conv_transpose" || node.op->name == "conv_input_gradient")
    return first.num_elements() * second.num_elements() / second[0];
  if (node.op->name == "conv_weight_gradient") return second.num_elements() * result.num_elements() / result[0];
  return result.num_elements() * second.num_elements() / second[0];
}

}  // namespace

std::int64_t count_macs(const Graph& graph, std::int64_t free_size) {
  std::vector<TensorType> inputs;
  for (const GraphInput& input : graph.inputs()) {
    TensorType type = input.type;
    for (int axis = 0; axis < type.shape.rank(); ++axis) {
      if (type.shape[axis] == kAnyDim) type.shape[axis] = free_size;
    }
    inputs.push_back(std::move(type));
  }
  const std::vector<TensorType> types = infer_graph(graph, inputs).value();
  std::int64_t macs = 0;
  for (const Node& node : graph.nodes()) {
    if (node.op->has(kContraction)) macs += macs_of(node, types);
  }
  return macs;
}

}  // namespace lepton::graph
