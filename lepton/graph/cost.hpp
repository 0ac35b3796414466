// What a graph costs to compute, counted from its shapes.
#pragma once

#include "lepton/graph/graph.hpp"

namespace lepton::graph {

/// Multiply-accumulates of all contractions (matmul, convolutions) when every free dim is `free_size`. Operators made of contractions
/// count too.
std::int64_t count_macs(const Graph& graph, std::int64_t free_size);

/// Multiply-accumulates of one contraction from its attributes, its first two operands and its result.
std::int64_t contraction_macs(const OpDef& op, const Attributes& attributes, const Shape& first, const Shape& second, const Shape& result);

}  // namespace lepton::graph
