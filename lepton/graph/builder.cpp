// Appends nodes and infers them under both nominal sizes.
#include "lepton/graph/builder.hpp"

#include "lepton/graph/infer.hpp"

namespace lepton::graph {
GraphBuilder::GraphBuilder(Graph graph, bool keep_outputs) : graph_(std::move(graph)) {
  if (!keep_outputs) graph_.clear_outputs();
  small_ = infer_graph(graph_, input_types_with(graph_, kNominalSmall)).value();
  large_ = infer_graph(graph_, input_types_with(graph_, kNominalLarge)).value();
}

Value GraphBuilder::input(std::string name, TensorType type, InputKind kind) {
  const ValueId id = graph_.add_input(std::move(name), kind, type);
  small_.push_back(with_free_dims(type, kNominalSmall));
  large_.push_back(with_free_dims(type, kNominalLarge));
  return {*this, id};
}

void GraphBuilder::output(std::string name, const Value& value, std::string updates) {
  LEPTON_ASSERT(value.defined() && &value.builder() == this, "an output belongs to another graph");
  if (!updates.empty()) {
    const GraphInput* state = graph_.find_input(updates);
    if (state == nullptr || state->kind != InputKind::kState)
      fail(ErrorCode::kInvalidArgument, "graph: output '{}' updates no state input ('{}')", name, updates);
    if (state->type.dtype != value.dtype() || state->type.shape != value.shape()) {
      fail(ErrorCode::kShapeMismatch, "graph: the new value of '{}' must be {}, got {}{}", updates, state->type.to_string(),
           name_of(value.dtype()), value.shape());
    }
  }
  graph_.add_output(std::move(name), value.id(), std::move(updates));
}

std::vector<Value> GraphBuilder::add(const OpDef& op, std::span<const Value> inputs, const Attributes& attributes,
                                     std::vector<Region> regions) {
  Node node;
  node.op = &op;
  node.attributes = complete_attributes(op, attributes).value();
  node.regions = std::move(regions);
  node.name = scope_;
  for (const Value& input : inputs) {
    if (input.defined() && &input.builder() != this) fail(ErrorCode::kInvalidArgument, "{}: an input belongs to another graph", op.name);
    node.inputs.push_back(input.id());
  }
  while (!node.inputs.empty() && node.inputs.back() == kNoValue) node.inputs.pop_back();
  return append(std::move(node));
}

std::vector<Value> GraphBuilder::append(Node node) {
  std::vector<TensorType> small = infer_node(node, small_).value();
  std::vector<TensorType> large = infer_node(node, large_).value();
  const NodeId id = graph_.add_node(std::move(node), static_cast<int>(small.size()));
  std::vector<Value> values;
  for (std::size_t i = 0; i < small.size(); ++i) {
    LEPTON_ASSERT(small[i].shape.rank() == large[i].shape.rank(), "a rank depends on a size");
    values.emplace_back(*this, graph_.node(id).outputs[i]);
    small_.push_back(std::move(small[i]));
    large_.push_back(std::move(large[i]));
  }
  return values;
}

std::vector<Value> inline_graph(Builder& builder, const Graph& graph, std::span<const Value> inputs,
                                const std::function<void(const Node&)>& before_node) {
  LEPTON_ASSERT(inputs.size() == graph.inputs().size(), "a graph is given another number of inputs than it has");
  std::vector<Value> values(static_cast<std::size_t>(graph.num_values()));
  for (std::size_t i = 0; i < inputs.size(); ++i) values[static_cast<std::size_t>(graph.inputs()[i].value)] = inputs[i];
  for (const Node& node : graph.nodes()) {
    std::vector<Value> operands;
    for (const ValueId id : node.inputs) operands.push_back(id == kNoValue ? Value() : values[static_cast<std::size_t>(id)]);
    if (before_node) before_node(node);
    const std::vector<Value> results = builder.add(*node.op, operands, node.attributes, node.regions);
    for (std::size_t i = 0; i < results.size(); ++i) values[static_cast<std::size_t>(node.outputs[i])] = results[i];
  }
  std::vector<Value> outputs;
  for (const GraphOutput& output : graph.outputs()) outputs.push_back(values[static_cast<std::size_t>(output.value)]);
  return outputs;
}

TensorType GraphBuilder::type(ValueId id) const {
  TensorType type = small_[static_cast<std::size_t>(id)];
  const TensorType& other = large_[static_cast<std::size_t>(id)];
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    if (type.shape[axis] != other.shape[axis]) type.shape[axis] = kAnyDim;
  }
  return type;
}

}  // namespace lepton::graph
