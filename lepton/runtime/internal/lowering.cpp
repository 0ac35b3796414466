// Expansion, inference, folding, joining, dropping.
#include "lepton/runtime/internal/lowering.hpp"

#include <algorithm>
#include <map>

#include "lepton/graph/builder.hpp"
#include "lepton/graph/infer.hpp"

namespace lepton::runtime {
namespace {

constexpr std::int64_t kLargestFoldedBytes = 1 << 16;

// Builds into an inner graph; operators without a kernel are replaced by their bodies as they are added.
class ExpandingBuilder final : public Builder {
 public:
  ExpandingBuilder(std::string name, const Backend& backend) : inner_(std::move(name)), backend_(backend) {}

  std::vector<Value> add(const OpDef& op, std::span<const Value> inputs, const Attributes& attributes,
                         std::vector<Region> regions) override {
    const Attributes complete = complete_attributes(op, attributes).value();
    if (op.body != nullptr && !kernel_takes(op, inputs, complete, regions))
      return op.body(RuleContext{op, inputs, {}, {}, complete, regions, {}});
    if (!backend_.has_kernel(op.name) && !op.has(kView) && !op.has(kControlFlowTrait)) {
      fail(ErrorCode::kUnsupported, "{}: the backend '{}' has no kernel for {}", inner_.scope(), backend_.name(), op.name);
    }
    std::vector<Value> own;
    for (const Value& input : inputs) own.push_back(input.defined() ? inner_.value(input.id()) : Value());
    std::vector<Value> results;
    for (const Value& result : inner_.add(op, own, attributes, std::move(regions))) results.emplace_back(*this, result.id());
    return results;
  }
  TensorType type(ValueId id) const override { return inner_.type(id); }

  // Inputs become concrete, so that kernels can be asked about real shapes.
  graph::Graph expand(const graph::Graph& graph, std::span<const TensorType> input_types) && {
    std::vector<Value> inputs;
    for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
      const graph::GraphInput& input = graph.inputs()[i];
      inputs.emplace_back(*this, inner_.input(input.name, input_types[i], input.kind).id());
    }
    const std::vector<Value> results =
        graph::inline_graph(*this, graph, inputs, [this](const graph::Node& node) { inner_.set_scope(node.name); });
    for (std::size_t i = 0; i < results.size(); ++i) {
      const graph::GraphOutput& output = graph.outputs()[i];
      inner_.output(output.name, inner_.value(results[i].id()), output.updates);
    }
    return std::move(inner_).finish();
  }

 private:
  // An operator with a body needs no kernel; one that declines these types is as good as none.
  bool kernel_takes(const OpDef& op, std::span<const Value> inputs, const Attributes& attributes, std::span<const Region> regions) const {
    if (!backend_.has_kernel(op.name)) return false;
    std::vector<TensorType> types;
    std::vector<std::uint8_t> presence;
    std::vector<TensorDesc> operands, results;
    for (const Value& input : inputs) {
      types.push_back(input.defined() ? inner_.type(input.id()) : TensorType{});
      presence.push_back(input.defined());
      operands.push_back(input.defined() ? TensorDesc::row_major(types.back()) : TensorDesc::absent());
    }
    const std::vector<TensorType> outputs = infer_types(op, types, presence, attributes, regions).value();
    for (const TensorType& type : outputs) results.push_back(TensorDesc::row_major(type));
    const KernelRequest request{
        .op = op.name, .inputs = operands, .outputs = results, .attributes = &attributes, .may_choose_layouts = true};
    return backend_.prepare(request) != nullptr;
  }

  graph::GraphBuilder inner_;
  const Backend& backend_;
};

// Computes one node with its reference kernel. Shape-only operands need no data.
std::optional<std::vector<Tensor>> evaluate(const LoweredNode& node, const Lowered& lowered) {
  std::vector<TensorDesc> inputs, outputs;
  std::vector<const std::byte*> input_pointers;
  std::vector<std::byte*> output_pointers;
  std::vector<Tensor> results;
  for (const ValueId id : node.inputs) {
    inputs.push_back(id == kNoValue ? TensorDesc::absent() : TensorDesc::row_major(lowered.type(id)));
    input_pointers.push_back(id != kNoValue && lowered.is_constant(id) ? lowered.constants[static_cast<std::size_t>(id)]->bytes()
                                                                       : nullptr);
  }
  for (const ValueId id : node.outputs) {
    outputs.push_back(TensorDesc::row_major(lowered.type(id)));
    results.push_back(Tensor::empty(lowered.type(id).dtype, lowered.type(id).shape));
    output_pointers.push_back(results.back().bytes());
  }
  const auto kernel =
      reference_backend().prepare({.op = node.op->name, .inputs = inputs, .outputs = outputs, .attributes = &node.attributes});
  if (kernel == nullptr) return std::nullopt;
  const auto scratch = Storage::allocate(static_cast<std::size_t>(kernel->scratch_bytes));
  kernel->run({input_pointers, output_pointers, scratch->data()});
  return results;
}

class Simplifier {
 public:
  explicit Simplifier(Lowered& lowered) : lowered_(lowered), replaced_(lowered.types.size(), kNoValue) {}

  void run() {
    std::vector<LoweredNode> kept;
    for (LoweredNode& node : lowered_.nodes) {
      for (ValueId& input : node.inputs) input = resolve(input);
      if (changes_nothing(node) || folds(node) || joins(node)) continue;
      kept.push_back(std::move(node));
    }
    lowered_.nodes = std::move(kept);
    for (graph::GraphOutput& output : lowered_.outputs) output.value = resolve(output.value);
    drop_dead();
  }

 private:
  ValueId resolve(ValueId v) const {
    return v == kNoValue || replaced_[static_cast<std::size_t>(v)] == kNoValue ? v : replaced_[static_cast<std::size_t>(v)];
  }
  void replace(ValueId old, ValueId by) { replaced_[static_cast<std::size_t>(old)] = by; }

  // A reshape, broadcast or cast to what its operand already is.
  bool changes_nothing(const LoweredNode& node) {
    const bool candidate = node.op->has(kView) || node.op->name == "cast" || node.op->name == "sum_to_like";
    if (!candidate || node.attributes.has("permutation") || lowered_.type(node.inputs[0]) != lowered_.type(node.outputs[0])) return false;
    replace(node.outputs[0], node.inputs[0]);
    return true;
  }

  bool folds(const LoweredNode& node) {
    if (node.op->has(kRandomTrait) || node.op->has(kControlFlowTrait)) return false;
    std::int64_t bytes = 0;
    for (const ValueId id : node.outputs) bytes += lowered_.type(id).size_bytes();
    const bool is_literal = node.op->name == "constant";
    if (bytes > kLargestFoldedBytes && !is_literal) return false;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != kNoValue && !node.shape_only(i) && !lowered_.is_constant(node.inputs[i])) return false;
    }
    const auto results = evaluate(node, lowered_);
    if (!results) return false;
    for (std::size_t i = 0; i < results->size(); ++i) lowered_.constants[static_cast<std::size_t>(node.outputs[i])] = (*results)[i];
    return true;
  }

  // The same operator on the same operands was seen before.
  bool joins(const LoweredNode& node) {
    if (node.op->has(kRandomTrait) || node.op->has(kControlFlowTrait)) return false;
    std::string key(node.op->name);
    for (const ValueId input : node.inputs) key += fmt::format(" {}", input);
    for (const auto& [name, value] : node.attributes) {
      if (std::holds_alternative<Tensor>(value.value())) return false;
      key += fmt::format(" {}={}", name, value.to_string());
    }
    const auto [place, fresh] = seen_.emplace(std::move(key), node.outputs);
    if (fresh) return false;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) replace(node.outputs[i], place->second[i]);
    return true;
  }

  void drop_dead() {
    std::vector<std::uint8_t> live(lowered_.types.size(), 0);
    for (const graph::GraphOutput& output : lowered_.outputs) live[static_cast<std::size_t>(output.value)] = 1;
    std::vector<LoweredNode> kept;
    for (std::size_t n = lowered_.nodes.size(); n-- > 0;) {
      LoweredNode& node = lowered_.nodes[n];
      const auto is_live = [&](ValueId v) { return live[static_cast<std::size_t>(v)] != 0; };
      if (!std::ranges::any_of(node.outputs, is_live)) continue;
      if (node.op->has(kControlFlowTrait)) drop_dead_history(node, is_live);
      while (node.op->outputs[std::min(node.outputs.size(), node.op->outputs.size()) - 1].for_gradient && !is_live(node.outputs.back()))
        node.outputs.pop_back();
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] != kNoValue && !node.shape_only(i)) live[static_cast<std::size_t>(node.inputs[i])] = 1;
      }
      kept.push_back(std::move(node));
    }
    std::ranges::reverse(kept);
    lowered_.nodes = std::move(kept);
  }

  // A scan need not keep states that no gradient asks for.
  template <class IsLive>
  static void drop_dead_history(LoweredNode& node, const IsLive& is_live) {
    const auto history = node.outputs.end() - node.attributes.integer("num_states");
    if (!node.attributes.flag("keep_states") || std::any_of(history, node.outputs.end(), is_live)) return;
    node.attributes.set("keep_states", false);
    node.outputs.erase(history, node.outputs.end());
  }

  Lowered& lowered_;
  std::vector<ValueId> replaced_;
  std::map<std::string, std::vector<ValueId>> seen_;
};

}  // namespace

bool LoweredNode::shape_only(std::size_t i) const { return op != nullptr && op->inputs[std::min(i, op->inputs.size() - 1)].shape_only; }

ElementwiseProgram elementwise_program(const LoweredNode& node, const Lowered& lowered) {
  ElementwiseProgram program;
  std::map<ValueId, int> number;  // of operands and results, as the program counts them
  const std::size_t own = node.op == nullptr ? 0 : node.op->inputs.size();
  const int first = node.op == nullptr ? 0 : 1;
  for (std::size_t i = own; i < node.inputs.size(); ++i) number.emplace(node.inputs[i], first + static_cast<int>(i - own));
  if (node.op != nullptr) number[node.contracted] = 0;
  const int first_step = first + static_cast<int>(node.inputs.size() - own);
  for (const LoweredNode& member : node.fused) {
    const ValueId result = member.outputs[0];
    ElementwiseStep step{member.op->name, &member.attributes, {}, lowered.type(result).dtype};
    for (const ValueId input : member.inputs) step.operands.push_back(number.at(input));
    number[result] = first_step + static_cast<int>(program.steps.size());
    program.steps.push_back(std::move(step));
  }
  for (const ValueId output : node.outputs) program.results.push_back(number.at(output) - first_step);
  return program;
}

Result<Lowered> lower(const graph::Graph& graph, std::span<const TensorType> input_types, const Backend& backend, bool rewrite) {
  return catch_error([&] {
    // Checked against the declaration first: its errors name the graph's inputs.
    (void)graph::infer_graph(graph, input_types).value();
    const graph::Graph expanded = ExpandingBuilder(graph.name, backend).expand(graph, input_types);
    Lowered lowered;
    lowered.types = graph::infer_graph(expanded, input_types).value();
    lowered.inputs = expanded.inputs();
    for (std::size_t i = 0; i < lowered.inputs.size(); ++i) lowered.inputs[i].type = input_types[i];
    lowered.outputs = expanded.outputs();
    lowered.constants.resize(lowered.types.size());
    for (const graph::Node& node : expanded.nodes()) {
      lowered.nodes.push_back({node.op, node.inputs, node.outputs, node.attributes, node.name, node.regions});
    }
    if (rewrite) Simplifier(lowered).run();
    return lowered;
  });
}

}  // namespace lepton::runtime
