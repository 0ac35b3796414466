// Epilogues: elementwise nodes that a contraction applies to its result while that is still in registers.
#include <algorithm>
#include <optional>

#include "lepton/runtime/internal/lowering.hpp"

namespace lepton::runtime {
namespace {

constexpr std::size_t kMaxEpilogue = 6;

class Absorber {
 public:
  Absorber(Lowered& lowered, const Backend& backend, int threads)
      : lowered_(lowered), backend_(backend), threads_(threads), reader_(lowered.types.size()) {
    std::vector<int> uses(lowered.types.size(), 0);
    for (std::size_t n = 0; n < lowered.nodes.size(); ++n) {
      for (const ValueId input : lowered.nodes[n].inputs) {
        if (input == kNoValue) continue;
        const auto value = static_cast<std::size_t>(input);
        reader_[value] = ++uses[value] == 1 ? std::optional(n) : std::nullopt;
      }
    }
    for (const graph::GraphOutput& output : lowered.outputs) reader_[static_cast<std::size_t>(output.value)] = std::nullopt;
  }

  // Later contractions choose first: the sum of two branches goes to the one that is computed last.
  void run() {
    std::vector<std::uint8_t> absorbed(lowered_.nodes.size(), 0);
    for (std::size_t n = lowered_.nodes.size(); n-- > 0;) {
      if (!lowered_.nodes[n].op->has(kContraction) || lowered_.nodes[n].outputs.size() != 1) continue;
      std::vector<std::size_t> chain = chain_of(n, absorbed);
      LoweredNode node;
      for (; !chain.empty(); chain.pop_back()) {
        node = joined(n, chain);
        if (accepts(node)) break;
      }
      if (chain.empty()) continue;
      // The whole runs where its last part stood: there all operands are known, and what reads the result comes later.
      absorbed[n] = 1;
      for (const std::size_t part : chain) absorbed[part] = 1;
      absorbed[chain.back()] = 0;
      lowered_.nodes[chain.back()] = std::move(node);
      lowered_.num_fused += static_cast<int>(chain.size());
    }
    std::vector<LoweredNode> kept;
    for (std::size_t n = 0; n < lowered_.nodes.size(); ++n) {
      if (absorbed[n] == 0) kept.push_back(std::move(lowered_.nodes[n]));
    }
    lowered_.nodes = std::move(kept);
  }

 private:
  // Nodes that follow `n` one after the other, each the only reader of the value before.
  std::vector<std::size_t> chain_of(std::size_t n, const std::vector<std::uint8_t>& absorbed) const {
    std::vector<std::size_t> chain;
    ValueId value = lowered_.nodes[n].outputs[0];
    const TensorType& type = lowered_.type(value);
    while (chain.size() < kMaxEpilogue) {
      const std::optional<std::size_t> next = reader_[static_cast<std::size_t>(value)];
      if (!next || absorbed[*next] != 0) break;
      const LoweredNode& node = lowered_.nodes[*next];
      if (!node.op->has(kElementwise)) break;
      if (node.outputs.size() != 1 || lowered_.type(node.outputs[0]) != type || std::ranges::count(node.inputs, kNoValue) > 0) break;
      chain.push_back(*next);
      value = node.outputs[0];
    }
    return chain;
  }

  // The contraction with its own operands (absent ones named as such), what the chain reads besides, and the chain.
  LoweredNode joined(std::size_t n, const std::vector<std::size_t>& chain) const {
    LoweredNode node = lowered_.nodes[n];
    node.inputs.resize(node.op->inputs.size(), kNoValue);
    ValueId value = node.contracted = node.outputs[0];
    for (const std::size_t part : chain) {
      const LoweredNode& member = lowered_.nodes[part];
      for (const ValueId input : member.inputs) {
        if (input != value) node.inputs.push_back(input);
      }
      value = member.outputs[0];
      node.fused.push_back(member);
    }
    node.outputs = {value};
    return node;
  }

  bool accepts(const LoweredNode& node) const {
    std::vector<TensorDesc> inputs, outputs;
    for (const ValueId input : node.inputs)
      inputs.push_back(input == kNoValue ? TensorDesc::absent() : TensorDesc::row_major(lowered_.type(input)));
    outputs.push_back(TensorDesc::row_major(lowered_.type(node.outputs[0])));
    const ElementwiseProgram program = elementwise_program(node, lowered_);
    return backend_.prepare({.op = node.op->name,
                             .inputs = inputs,
                             .outputs = outputs,
                             .attributes = &node.attributes,
                             .num_threads = threads_,
                             .may_choose_layouts = true,
                             .program = &program,
                             .keep_nan = lowered_.updates_states()}) != nullptr;
  }

  Lowered& lowered_;
  const Backend& backend_;
  int threads_;
  std::vector<std::optional<std::size_t>> reader_;  // by value: the node that reads it, if nothing else does
};

}  // namespace

void absorb_epilogues(Lowered& lowered, const Backend& backend, int threads) { Absorber(lowered, backend, threads).run(); }

}  // namespace lepton::runtime
