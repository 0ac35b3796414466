// One walk in topological order; each operator's own rule does the work.
#include "lepton/graph/infer.hpp"

namespace lepton::graph {

bool fits(const TensorType& declared, const TensorType& actual) {
  if (declared.dtype != actual.dtype || declared.shape.rank() != actual.shape.rank()) return false;
  for (int axis = 0; axis < declared.shape.rank(); ++axis) {
    if (actual.shape[axis] < 0) return false;
    if (declared.shape[axis] != kAnyDim && declared.shape[axis] != actual.shape[axis]) return false;
  }
  return true;
}

TensorType with_free_dims(TensorType type, std::int64_t size) {
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    if (type.shape[axis] == kAnyDim) type.shape[axis] = size;
  }
  return type;
}

std::vector<TensorType> input_types_with(const Graph& graph, std::int64_t size) {
  std::vector<TensorType> types;
  for (const GraphInput& input : graph.inputs()) types.push_back(with_free_dims(input.type, size));
  return types;
}

Result<std::vector<TensorType>> infer_node(const Node& node, std::span<const TensorType> value_types) {
  std::vector<TensorType> inputs;
  std::vector<std::uint8_t> presence;
  inputs.reserve(node.inputs.size());
  for (const ValueId id : node.inputs) {
    presence.push_back(id != kNoValue);
    inputs.push_back(id == kNoValue ? TensorType{} : value_types[static_cast<std::size_t>(id)]);
  }
  auto types = infer_types(*node.op, inputs, presence, node.attributes, node.regions);
  if (!types && !node.name.empty()) return types.error().with_context(node.name);
  return types;
}

Result<std::vector<TensorType>> infer_graph(const Graph& graph, std::span<const TensorType> input_types) {
  if (input_types.size() != graph.inputs().size()) {
    return make_error(ErrorCode::kInvalidArgument, "{}: needs {} inputs, got {}", graph.name, graph.inputs().size(), input_types.size());
  }
  std::vector<TensorType> types(static_cast<std::size_t>(graph.num_values()));
  for (std::size_t i = 0; i < input_types.size(); ++i) {
    const GraphInput& input = graph.inputs()[i];
    if (!fits(input.type, input_types[i])) {
      const ErrorCode code = input.type.dtype == input_types[i].dtype ? ErrorCode::kShapeMismatch : ErrorCode::kDtypeMismatch;
      return make_error(code, "{}: input '{}' must be {}, got {}", graph.name, input.name, input.type.to_string(),
                        input_types[i].to_string());
    }
    types[static_cast<std::size_t>(input.value)] = input_types[i];
  }
  for (const Node& node : graph.nodes()) {
    LEPTON_TRY(std::vector<TensorType> outputs, infer_node(node, types));
    if (outputs.size() != node.outputs.size()) {
      return make_error(ErrorCode::kInvalidArgument, "{}: {} makes {} values, the graph names {}", graph.name, node.op->name,
                        outputs.size(), node.outputs.size());
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) types[static_cast<std::size_t>(node.outputs[i])] = std::move(outputs[i]);
  }
  return types;
}

}  // namespace lepton::graph
