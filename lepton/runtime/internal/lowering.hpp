// Lowering: from a graph and concrete input types to a list of nodes that have kernels. Bodies are expanded, constants folded, common
// subexpressions joined, dead nodes dropped.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lepton/graph/graph.hpp"
#include "lepton/runtime/backend.hpp"

namespace lepton::runtime {

/// A node of the lowered form. `fused` holds the nodes that one elementwise kernel computes (then `op` is null), or the epilogue of a
/// contraction: then `inputs` are the operator's own, absent ones too, and after them what the epilogue reads besides `contracted`.
struct LoweredNode {
  const OpDef* op = nullptr;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  Attributes attributes;
  std::string name;
  std::vector<Region> regions = {};
  std::vector<LoweredNode> fused = {};
  ValueId contracted = kNoValue;  // result of the contraction before its epilogue

  bool is_elementwise() const { return op == nullptr || op->has(kElementwise); }
  std::string_view op_name() const { return op == nullptr ? std::string_view("fused_elementwise") : op->name; }
  /// True if input `i` is only asked for its shape.
  bool shape_only(std::size_t i) const;
};

struct Lowered {
  std::vector<graph::GraphInput> inputs;
  std::vector<graph::GraphOutput> outputs;
  std::vector<LoweredNode> nodes;
  std::vector<TensorType> types;                 // by value
  std::vector<std::optional<Tensor>> constants;  // by value
  int num_fused = 0;                             // nodes that disappeared into others

  /// A step of training: then NaN must show.
  bool updates_states() const {
    return std::ranges::any_of(outputs, [](const graph::GraphOutput& output) { return !output.updates.empty(); });
  }
  const TensorType& type(ValueId v) const { return types[static_cast<std::size_t>(v)]; }
  bool is_constant(ValueId v) const { return constants[static_cast<std::size_t>(v)].has_value(); }
};

/// Errors: those of inference; kUnsupported if an operator has neither a kernel nor a body.
Result<Lowered> lower(const graph::Graph& graph, std::span<const TensorType> input_types, const Backend& backend, bool rewrite);

/// The program of a fused elementwise node or of an epilogue. It points into `node`.
ElementwiseProgram elementwise_program(const LoweredNode& node, const Lowered& lowered);

/// Joins contractions with the elementwise nodes that follow them, as far as the backend has a kernel for the whole.
void absorb_epilogues(Lowered& lowered, const Backend& backend, int threads);

/// Joins elementwise nodes of one result shape into fused nodes and puts all nodes into a valid order.
void fuse_elementwise(Lowered& lowered);

}  // namespace lepton::runtime
