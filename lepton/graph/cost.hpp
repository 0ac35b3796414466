// What a graph costs to compute, counted from its shapes.
#pragma once

#include "lepton/graph/graph.hpp"

namespace lepton::graph {

/// Multiply-accumulates of all contractions (matmul, convolutions) when every free dim is `free_size`. Operators made of contractions
/// count too.
std::int64_t count_macs(const Graph& graph, std::int64_t free_size);

}  // namespace lepton::graph
