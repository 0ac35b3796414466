// GraphBuilder: builds a graph node by node and knows, while building, the shape of everything (free dims as kAnyDim).
//
// It infers each node twice, with two nominal sizes in place of the free dims: a size that differs between the two depends on the
// input of a run. So shape rules only ever see concrete sizes, and mistakes are reported where the layer is added.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lepton/graph/graph.hpp"

namespace lepton::graph {

class GraphBuilder final : public Builder {
 public:
  explicit GraphBuilder(std::string name = "main") { graph_.name = std::move(name); }
  /// Continues an existing graph (autodiff appends the backward part); value ids stay, its outputs only if asked.
  explicit GraphBuilder(Graph graph, bool keep_outputs = true);

  GraphBuilder(const GraphBuilder&) = delete;
  GraphBuilder& operator=(const GraphBuilder&) = delete;

  Value input(std::string name, TensorType type, InputKind kind = InputKind::kData);
  /// Declares `value` a result; `updates` names the state input whose new value it is.
  void output(std::string name, const Value& value, std::string updates = {});
  Value value(ValueId id) { return {*this, id}; }

  /// Names the nodes added from now on (for messages and profiles).
  void set_scope(std::string scope) { scope_ = std::move(scope); }
  const std::string& scope() const { return scope_; }

  const Graph& graph() const { return graph_; }
  Graph finish() && { return std::move(graph_); }

  std::vector<Value> add(const OpDef& op, std::span<const Value> inputs, const Attributes& attributes,
                         std::vector<Region> regions) override;
  TensorType type(ValueId id) const override;

 private:
  std::vector<Value> append(Node node);

  Graph graph_;
  std::string scope_;
  std::vector<TensorType> small_, large_;  // by value: types under the two nominal sizes
};

/// Appends the nodes of `graph`, its inputs replaced by `inputs`, and returns its outputs. `builder` is named in front because a graph of
/// constants alone has no value to ask. `before_node` may set a scope.
std::vector<Value> inline_graph(Builder& builder, const Graph& graph, std::span<const Value> inputs,
                                const std::function<void(const Node&)>& before_node = {});

/// The two sizes that stand in for free dims while building. Both divide by 32, so that usual strides and pools fit.
inline constexpr std::int64_t kNominalSmall = 96;
inline constexpr std::int64_t kNominalLarge = 160;

}  // namespace lepton::graph
