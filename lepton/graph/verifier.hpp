// Checks that a graph is one: what passes and readers promise each other.
#pragma once

#include "lepton/graph/graph.hpp"

namespace lepton::graph {

/// Checks a graph and all its regions: values are made once and before they are used, nodes have the inputs, attributes, regions and
/// number of outputs that their operators declare, outputs update states of their own type, names are unique, and shapes fit (for two
/// sizes in place of each free dim, as when building).
/// Errors:  kInternal for a broken structure (the fault of a pass); those of the operators for what does not fit.
Result<void> verify(const Graph& graph);

}  // namespace lepton::graph
