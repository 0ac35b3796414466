// Reverse-mode differentiation, graph to graph: the gradient is more nodes in the same graph, so it can be differentiated again.
#pragma once

#include <span>
#include <vector>

#include "lepton/graph/builder.hpp"

namespace lepton::autodiff {

/// Appends the gradient of `target` with respect to each of `wrt` and returns one value each, with the shape and dtype of its wrt.
///
/// `target` need not be a scalar: `seed` (default: ones) has its shape, and the result is the sum of seed * d target / d wrt.
/// A wrt that target does not depend on gets zeros.
/// Errors:  kInvalidArgument if a path to a wrt leads through an operator that is not differentiable (the text has its reason).
/// Source:  Griewank & Walther 2008, "Evaluating Derivatives", reverse mode.
std::vector<Value> gradients(graph::GraphBuilder& builder, const Value& target, std::span<const Value> wrt, const Value& seed = {});

}  // namespace lepton::autodiff
