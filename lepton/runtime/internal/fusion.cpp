// Elementwise fusion: nodes are joined as long as no path leads out of a group and back in; then everything is put into order again.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "lepton/runtime/internal/lowering.hpp"

namespace lepton::runtime {
namespace {

constexpr std::size_t kMaxSteps = 64, kMaxOperands = 24;

class Fuser {
 public:
  explicit Fuser(Lowered& lowered)
      : lowered_(lowered), count_(lowered.nodes.size()), group_of_(count_), producer_(lowered.types.size(), -1) {
    std::iota(group_of_.begin(), group_of_.end(), 0);
    for (std::size_t n = 0; n < count_; ++n) {
      members_.push_back({n});
      for (const ValueId output : lowered_.nodes[n].outputs) producer_[static_cast<std::size_t>(output)] = static_cast<int>(n);
    }
  }

  void run() {
    for (std::size_t n = 0; n < count_; ++n) {
      if (!can_fuse(n)) continue;
      for (const ValueId input : lowered_.nodes[n].inputs) {
        const int p = input == kNoValue ? -1 : producer_[static_cast<std::size_t>(input)];
        if (p >= 0) try_join(group_of_[static_cast<std::size_t>(p)], group_of_[n], n);
      }
      join_siblings(n);
    }
    rebuild();
  }

 private:
  bool can_fuse(std::size_t n) const {
    const LoweredNode& node = lowered_.nodes[n];
    return node.op->has(kElementwise) && node.outputs.size() == 1 && std::ranges::find(node.inputs, kNoValue) == node.inputs.end();
  }
  const Shape& shape_of(std::size_t n) const { return lowered_.type(lowered_.nodes[n].outputs[0]).shape; }

  // Joins the group `from` into the group of `n` unless that would close a cycle through a node outside.
  void try_join(std::size_t from, std::size_t into, std::size_t n) {
    if (from == into || !can_fuse(members_[from][0]) || shape_of(members_[from][0]) != shape_of(n)) return;
    std::vector<std::size_t> all = members_[from];
    all.insert(all.end(), members_[into].begin(), members_[into].end());
    if (all.size() > kMaxSteps || !acyclic(all) || !within_limits(all)) return;
    for (const std::size_t member : members_[from]) group_of_[member] = into;
    members_[into] = std::move(all);
    std::ranges::sort(members_[into]);
    members_[from].clear();
  }

  // Nodes that read the same operand and have the same result shape share one pass over memory (the three updates of Adam).
  void join_siblings(std::size_t n) {
    for (const ValueId input : lowered_.nodes[n].inputs) {
      if (lowered_.type(input).shape != shape_of(n)) continue;
      auto& readers = readers_[input];
      for (const std::size_t reader : readers) {
        if (group_of_[reader] != group_of_[n]) try_join(group_of_[reader], group_of_[n], n);
      }
      readers.push_back(n);
    }
  }

  // Walks up from the operands of `all` over whole groups: coming back to a member would be a cycle.
  bool acyclic(const std::vector<std::size_t>& all) const {
    std::vector<std::uint8_t> inside(count_, 0), seen(count_, 0);
    for (const std::size_t member : all) inside[member] = 1;
    std::vector<std::size_t> waiting;
    const auto push_operands = [&](std::size_t n, bool of_inside) {
      const LoweredNode& node = lowered_.nodes[n];
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const int p = node.inputs[i] == kNoValue || node.shape_only(i) ? -1 : producer_[static_cast<std::size_t>(node.inputs[i])];
        if (p < 0) continue;
        const auto from = static_cast<std::size_t>(p);
        if (inside[from] != 0) {
          if (!of_inside) return false;
          continue;
        }
        const std::size_t group = group_of_[from];
        if (seen[group] != 0) continue;
        seen[group] = 1;
        waiting.push_back(group);
      }
      return true;
    };
    for (const std::size_t member : all) (void)push_operands(member, true);
    while (!waiting.empty()) {
      const std::size_t group = waiting.back();
      waiting.pop_back();
      for (const std::size_t member : members_[group]) {
        if (!push_operands(member, false)) return false;
      }
    }
    return true;
  }

  bool within_limits(const std::vector<std::size_t>& all) const {
    std::set<ValueId> operands, made;
    for (const std::size_t member : all) made.insert(lowered_.nodes[member].outputs[0]);
    for (const std::size_t member : all) {
      for (const ValueId input : lowered_.nodes[member].inputs) {
        if (!made.contains(input)) operands.insert(input);
      }
    }
    return operands.size() <= kMaxOperands;
  }

  void rebuild() {
    // Values that leave a group become results of its fused node.
    std::vector<std::uint8_t> leaves(lowered_.types.size(), 0);
    for (const graph::GraphOutput& output : lowered_.outputs) leaves[static_cast<std::size_t>(output.value)] = 1;
    for (std::size_t n = 0; n < count_; ++n) {
      for (const ValueId input : lowered_.nodes[n].inputs) {
        const int p = input == kNoValue ? -1 : producer_[static_cast<std::size_t>(input)];
        if (p >= 0 && group_of_[static_cast<std::size_t>(p)] != group_of_[n]) leaves[static_cast<std::size_t>(input)] = 1;
      }
    }
    std::vector<LoweredNode> merged;
    for (std::size_t g = 0; g < count_; ++g) {
      if (members_[g].empty()) continue;
      merged.push_back(members_[g].size() == 1 ? lowered_.nodes[members_[g][0]] : fused_node(members_[g], leaves));
      if (merged.back().outputs.empty()) merged.pop_back();  // nobody reads any of it
    }
    lowered_.nodes = in_order(std::move(merged));
  }

  LoweredNode fused_node(const std::vector<std::size_t>& members, const std::vector<std::uint8_t>& leaves) {
    LoweredNode fused;
    std::set<ValueId> made;
    for (const std::size_t member : members) {
      const LoweredNode& node = lowered_.nodes[member];
      for (const ValueId input : node.inputs) {
        if (!made.contains(input) && std::ranges::find(fused.inputs, input) == fused.inputs.end()) fused.inputs.push_back(input);
      }
      made.insert(node.outputs[0]);
      if (leaves[static_cast<std::size_t>(node.outputs[0])] != 0) fused.outputs.push_back(node.outputs[0]);
      if (fused.name.empty()) fused.name = node.name;
      fused.fused.push_back(node);
    }
    lowered_.num_fused += static_cast<int>(members.size()) - 1;
    return fused;
  }

  // A topological order that stays close to the given one: the first node whose operands are ready comes next.
  std::vector<LoweredNode> in_order(std::vector<LoweredNode> nodes) const {
    std::vector<int> maker(lowered_.types.size(), -1);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      for (const ValueId output : nodes[n].outputs) maker[static_cast<std::size_t>(output)] = static_cast<int>(n);
    }
    std::vector<std::uint8_t> state(nodes.size(), 0);  // 0 untouched, 1 being visited, 2 placed
    std::vector<LoweredNode> ordered;
    // Nodes are visited by the original place of their last member, so that a fused node does not run before it must.
    std::vector<std::size_t> sequence(nodes.size());
    std::iota(sequence.begin(), sequence.end(), 0);
    std::ranges::stable_sort(sequence, {}, [&](std::size_t n) { return last_value(nodes[n]); });
    const auto visit = [&](auto&& self, std::size_t n) -> void {
      if (state[n] == 2) return;
      LEPTON_ASSERT(state[n] == 0, "fusion made a cycle");
      state[n] = 1;
      for (std::size_t i = 0; i < nodes[n].inputs.size(); ++i) {
        const ValueId input = nodes[n].inputs[i];
        if (input == kNoValue || nodes[n].shape_only(i)) continue;
        if (const int p = maker[static_cast<std::size_t>(input)]; p >= 0) self(self, static_cast<std::size_t>(p));
      }
      state[n] = 2;
      ordered.push_back(std::move(nodes[n]));
    };
    for (const std::size_t n : sequence) visit(visit, n);
    return ordered;
  }

  static ValueId last_value(const LoweredNode& node) {
    ValueId last = node.outputs.empty() ? kNoValue : node.outputs.back();
    for (const LoweredNode& member : node.fused) last = std::max(last, member.outputs.back());
    return last;
  }

  Lowered& lowered_;
  std::size_t count_;
  std::vector<std::size_t> group_of_;
  std::vector<std::vector<std::size_t>> members_;
  std::vector<int> producer_;
  std::map<ValueId, std::vector<std::size_t>> readers_;
};

}  // namespace

void fuse_elementwise(Lowered& lowered) { Fuser(lowered).run(); }

}  // namespace lepton::runtime
