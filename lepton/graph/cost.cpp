// A contraction does (elements of the result) × (elements folded into each).
#include "lepton/graph/cost.hpp"

#include "lepton/graph/builder.hpp"
#include "lepton/graph/infer.hpp"

namespace lepton::graph {
namespace {

std::int64_t macs_of_nodes(const Graph& graph, std::span<const TensorType> types);

// An operator that is no contraction itself may be made of some (einsum).
std::int64_t macs_of_body(const Node& node, std::span<const TensorType> types) {
  GraphBuilder builder{std::string(node.op->name)};
  std::vector<Value> operands;
  for (const ValueId id : node.inputs) {
    // Named by place: one value may be several operands.
    const std::string name = fmt::format("x{}", operands.size());
    operands.push_back(id == kNoValue ? Value() : builder.input(name, types[static_cast<std::size_t>(id)]));
  }
  node.op->body(RuleContext{*node.op, operands, {}, {}, node.attributes, node.regions, {}});
  std::vector<TensorType> inner;
  for (ValueId id = 0; id < builder.graph().num_values(); ++id) inner.push_back(builder.type(id));
  return macs_of_nodes(builder.graph(), inner);
}

// Steps times what one step does.
std::int64_t macs_of_scan(const Node& node, std::span<const TensorType> types) {
  std::vector<TensorType> inner;
  for (const ValueId id : node.inputs) inner.push_back(types[static_cast<std::size_t>(id)]);
  const auto first = static_cast<std::size_t>(node.attributes.integer("num_states"));
  const std::size_t end = first + static_cast<std::size_t>(node.attributes.integer("num_sequences"));
  std::int64_t length = node.attributes.integer("length");
  for (std::size_t i = first; i < end; ++i) {
    length = inner[i].shape[0];
    inner[i].shape = Shape(Dims(inner[i].shape.begin() + 1, inner[i].shape.end()));
  }
  const Graph& body = *node.regions[0];
  return length * macs_of_nodes(body, infer_graph(body, inner).value());
}

std::int64_t macs_of_nodes(const Graph& graph, std::span<const TensorType> types) {
  std::int64_t macs = 0;
  for (const Node& node : graph.nodes()) {
    if (node.op->name == "scan") {
      macs += macs_of_scan(node, types);
    } else if (node.op->has(kContraction)) {
      const auto shape = [&](ValueId id) -> const Shape& { return types[static_cast<std::size_t>(id)].shape; };
      macs += contraction_macs(*node.op, node.attributes, shape(node.inputs[0]), shape(node.inputs[1]), shape(node.outputs[0]));
    } else if (node.op->body != nullptr) {
      macs += macs_of_body(node, types);
    }
  }
  return macs;
}

}  // namespace

std::int64_t contraction_macs(const OpDef& op, const Attributes& attributes, const Shape& first, const Shape& second, const Shape& result) {
  if (attributes.has("transpose_a")) return result.num_elements() * first[attributes.flag("transpose_a") ? -2 : -1];
  // Convolutions: each weight meets each output position once. The gradients exchange the roles of result and operand.
  if (op.name == "conv_transpose" || op.name == "conv_input_gradient") return first.num_elements() * second.num_elements() / second[0];
  if (op.name == "conv_weight_gradient") return second.num_elements() * result.num_elements() / result[0];
  return result.num_elements() * second.num_elements() / second[0];
}

std::int64_t count_macs(const Graph& graph, std::int64_t free_size) {
  return macs_of_nodes(graph, infer_graph(graph, input_types_with(graph, free_size)).value());
}

}  // namespace lepton::graph
