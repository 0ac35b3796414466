// Shape and dtype inference over a whole graph for concrete input types.
#pragma once

#include <span>
#include <vector>

#include "lepton/graph/graph.hpp"

namespace lepton::graph {

/// Returns the type of every value, indexed by ValueId. `input_types` are concrete and in the order of graph.inputs().
/// Errors: kShapeMismatch or kDtypeMismatch if a type contradicts the declaration of an input; those of the operators, with the node's name
/// in front.
Result<std::vector<TensorType>> infer_graph(const Graph& graph, std::span<const TensorType> input_types);

/// The declared input types with `size` in place of every free dim.
std::vector<TensorType> input_types_with(const Graph& graph, std::int64_t size);
TensorType with_free_dims(TensorType type, std::int64_t size);

/// Types of the outputs of one node, given the types of all values before it.
Result<std::vector<TensorType>> infer_node(const Node& node, std::span<const TensorType> value_types);

/// True if `actual` is concrete and agrees with `declared`, whose free dims accept anything.
bool fits(const TensorType& declared, const TensorType& actual);

}  // namespace lepton::graph
