// The interpreter: runs a graph node by node with reference kernels. It is the oracle of compiled programs, and what runs graphs
// whose shapes depend on data.
#pragma once

#include <span>
#include <vector>

#include "lepton/graph/graph.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::runtime {

/// Runs `graph` on `inputs` (in the order of graph.inputs()) and returns its outputs.
/// Errors: those of inference; kUnsupported if an operator has neither a reference kernel nor a body.
Result<std::vector<Tensor>> interpret(const graph::Graph& graph, std::span<const Tensor> inputs);

}  // namespace lepton::runtime
