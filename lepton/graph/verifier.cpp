// Structure first, then inference.
#include "lepton/graph/verifier.hpp"

#include <algorithm>
#include <set>

#include "lepton/graph/builder.hpp"
#include "lepton/graph/infer.hpp"

namespace lepton::graph {
namespace {

template <class... Args>
Error broken(const Graph& graph, fmt::format_string<Args...> format, Args&&... args) {
  return make_error(ErrorCode::kInternal, "graph '{}': {}", graph.name, fmt::format(format, std::forward<Args>(args)...));
}

// Values are numbered as inputs and nodes make them.
Result<void> check_values(const Graph& graph) {
  std::vector<std::uint8_t> made(static_cast<std::size_t>(graph.num_values()), 0);
  const auto make = [&](ValueId v, NodeId producer) {
    return v >= 0 && v < graph.num_values() && graph.producer(v) == producer && made[static_cast<std::size_t>(v)]++ == 0;
  };
  std::set<std::string_view> names;
  for (const GraphInput& input : graph.inputs()) {
    if (!make(input.value, kNoNode)) return broken(graph, "input '{}' does not make %{}", input.name, input.value);
    if (!names.insert(input.name).second) return broken(graph, "there are two inputs named '{}'", input.name);
  }
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    const Node& node = graph.nodes()[n];
    for (const ValueId v : node.inputs) {
      if (v != kNoValue && (v < 0 || v >= graph.num_values() || made[static_cast<std::size_t>(v)] == 0))
        return broken(graph, "{} uses %{} before it is made", node.op->name, v);
    }
    for (const ValueId v : node.outputs) {
      if (!make(v, static_cast<NodeId>(n))) return broken(graph, "{} does not make %{}", node.op->name, v);
    }
  }
  if (std::ranges::find(made, 0) != made.end()) return broken(graph, "a value is made by nobody");
  return {};
}

Result<void> check_nodes(const Graph& graph) {
  for (const Node& node : graph.nodes()) {
    LEPTON_TRY(const Attributes complete, complete_attributes(*node.op, node.attributes));
    if (!(complete == node.attributes)) return broken(graph, "the attributes of {} are not complete", node.op->name);
    for (const Region& region : node.regions) {
      if (region == nullptr) return broken(graph, "a region of {} is missing", node.op->name);
      LEPTON_CHECK_OK(verify(*region));
    }
  }
  return {};
}

Result<void> check_types(const Graph& graph, std::int64_t nominal) {
  LEPTON_TRY(const std::vector<TensorType> types, infer_graph(graph, input_types_with(graph, nominal)));
  for (const GraphOutput& output : graph.outputs()) {
    if (output.updates.empty()) continue;
    const GraphInput* state = graph.find_input(output.updates);
    if (state == nullptr || state->kind != InputKind::kState) return broken(graph, "'{}' is no state", output.updates);
    const TensorType &old = types[static_cast<std::size_t>(state->value)], &fresh = types[static_cast<std::size_t>(output.value)];
    if (old != fresh) {
      return make_error(ErrorCode::kShapeMismatch, "graph '{}': the new value of '{}' must be {}, is {}", graph.name, output.updates,
                        old.to_string(), fresh.to_string());
    }
  }
  return {};
}

}  // namespace

Result<void> verify(const Graph& graph) {
  LEPTON_CHECK_OK(check_values(graph));
  for (const GraphOutput& output : graph.outputs()) {
    if (output.value < 0 || output.value >= graph.num_values()) return broken(graph, "output '{}' has no value", output.name);
  }
  LEPTON_CHECK_OK(check_nodes(graph));
  LEPTON_CHECK_OK(check_types(graph, kNominalSmall));
  return check_types(graph, kNominalLarge);
}

}  // namespace lepton::graph
