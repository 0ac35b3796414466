// One walk backwards over the nodes between wrt and target; each operator's gradient rule, or the gradient of its body, does the work.
#include "lepton/autodiff/gradients.hpp"

#include <algorithm>
#include <map>

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::autodiff {
namespace {

std::vector<Value> gradients_of_sum(graph::GraphBuilder& builder, std::span<const Value> targets, std::span<const Value> seeds,
                                    std::span<const Value> wrt);

class Reverse {
 public:
  Reverse(graph::GraphBuilder& builder, std::span<const Value> wrt) : builder_(builder) {
    depends_.resize(static_cast<std::size_t>(builder.graph().num_values()), 0);
    for (const Value& value : wrt) depends_[static_cast<std::size_t>(value.id())] = 1;
    mark_from(0);
  }

  void add_gradient(ValueId value, const Value& gradient) {
    if (!gradient.defined()) return;
    auto [place, fresh] = gradients_.emplace(value, gradient);
    if (!fresh) place->second = ops::add(place->second, gradient);
  }
  Value gradient(ValueId value) const {
    const auto place = gradients_.find(value);
    return place == gradients_.end() ? Value() : place->second;
  }
  bool depends(ValueId value) const { return value != kNoValue && depends_[static_cast<std::size_t>(value)] != 0; }

  // Walks nodes [begin, end) backwards.
  void run(graph::NodeId begin, graph::NodeId end) {
    for (graph::NodeId id = end - 1; id >= begin; --id) visit(id);
  }

 private:
  // Marks what depends on a wrt among the nodes from `begin` on.
  void mark_from(graph::NodeId begin) {
    const graph::Graph& graph = builder_.graph();
    depends_.resize(static_cast<std::size_t>(graph.num_values()), 0);
    for (auto id = static_cast<std::size_t>(begin); id < graph.nodes().size(); ++id) {
      const graph::Node& node = graph.nodes()[id];
      bool any = false;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const InputDef& declared = node.op->inputs[std::min(i, node.op->inputs.size() - 1)];
        any = any || (!declared.shape_only && depends(node.inputs[i]));
      }
      if (!any) continue;
      for (const ValueId output : node.outputs) depends_[static_cast<std::size_t>(output)] = 1;
    }
  }

  void visit(graph::NodeId id) {
    // Copied: rules append nodes, which may move the graph's own.
    const graph::Node node = builder_.graph().node(id);
    std::vector<Value> grads, inputs, outputs;
    bool any = false;
    for (const ValueId output : node.outputs) {
      outputs.push_back(builder_.value(output));
      grads.push_back(gradient(output));
      any = any || grads.back().defined();
    }
    if (!any || !std::ranges::any_of(node.outputs, [&](ValueId v) { return depends(v); })) return;
    std::vector<std::uint8_t> needed;
    for (const ValueId input : node.inputs) {
      inputs.push_back(input == kNoValue ? Value() : builder_.value(input));
      needed.push_back(depends(input));
    }
    const std::string scope = builder_.scope();
    builder_.set_scope(node.name.empty() ? scope : node.name + "/gradient");
    const RuleContext context{*node.op, inputs, outputs, grads, node.attributes, node.regions, needed, gradients_of_sum};
    const std::vector<Value> result = node.op->gradient != nullptr ? node.op->gradient(context) : std::vector<Value>();
    LEPTON_ASSERT(result.size() <= node.inputs.size(), std::string(node.op->name));
    if (!result.empty()) {
      for (std::size_t i = 0; i < result.size(); ++i) {
        if (needed[i]) add_gradient(node.inputs[i], result[i]);
      }
    } else if (node.op->body != nullptr) {
      through_body(context);
    } else {
      fail(ErrorCode::kInvalidArgument, "autodiff: {} is not differentiable: {}", node.op->name, node.op->not_differentiable);
    }
    builder_.set_scope(scope);
  }

  // Builds the body beside the node and walks backwards through it.
  void through_body(const RuleContext& context) {
    const auto begin = static_cast<graph::NodeId>(builder_.graph().nodes().size());
    const std::vector<Value> results = context.op.body(context);
    const auto end = static_cast<graph::NodeId>(builder_.graph().nodes().size());
    mark_from(begin);
    for (std::size_t i = 0; i < results.size(); ++i) add_gradient(results[i].id(), context.grads[i]);
    run(begin, end);
  }

  graph::GraphBuilder& builder_;
  std::vector<std::uint8_t> depends_;
  std::map<ValueId, Value> gradients_;
};

Value filled_like(const Value& like, double value) { return ops::broadcast_to_like(ops::constant_like(like, value), like); }

std::vector<Value> gradients_of_sum(graph::GraphBuilder& builder, std::span<const Value> targets, std::span<const Value> seeds,
                                    std::span<const Value> wrt) {
  Reverse reverse(builder, wrt);
  const auto end = static_cast<graph::NodeId>(builder.graph().nodes().size());
  for (std::size_t i = 0; i < targets.size(); ++i) reverse.add_gradient(targets[i].id(), seeds[i]);
  reverse.run(0, end);
  std::vector<Value> result;
  for (const Value& value : wrt) {
    const Value gradient = reverse.gradient(value.id());
    result.push_back(gradient.defined() ? gradient : filled_like(value, 0.0));
  }
  return result;
}

}  // namespace

std::vector<Value> gradients(graph::GraphBuilder& builder, const Value& target, std::span<const Value> wrt, const Value& seed) {
  if (!is_float(target.dtype()))
    fail(ErrorCode::kDtypeMismatch, "autodiff: the target must be a float (dtype {})", name_of(target.dtype()));
  const Value weight = seed.defined() ? seed : filled_like(target, 1.0);
  return gradients_of_sum(builder, std::span(&target, 1), std::span(&weight, 1), wrt);
}

}  // namespace lepton::autodiff
