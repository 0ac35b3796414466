// Operators that read or write elements by index.
#pragma once

#include <string>

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

/// Picks elements of x along an axis, each by an index (i32 or i64) of its own.
/// Shapes:  indices: that of x but for the axis; result: that of indices.
/// Errors:  kInvalidArgument while running if an index is outside [-size, size).
template <Operand T>
T take_along_axis(const T& x, const T& indices, std::int64_t axis = -1) {
  return call<T>("take_along_axis", {x, indices}, {{"axis", axis}});
}
/// Adds the elements of x into zeros in the shape of `like`: the gradient of take_along_axis.
template <Operand T>
T scatter_add_along_axis(const T& x, const T& indices, const T& like, std::int64_t axis = -1) {
  return call<T>("scatter_add_along_axis", {x, indices, like}, {{"axis", axis}});
}

/// Picks slices of x along an axis by index (i32 or i64; negative ones count from the end).
/// Shapes:  x: [o…, size, k…]; indices: [i…]; result: [o…, i…, k…].
/// Errors:  kInvalidArgument while running if an index is outside [-size, size).
template <Operand T>
T gather(const T& x, const T& indices, std::int64_t axis = 0) {
  return call<T>("gather", {x, indices}, {{"axis", axis}});
}
/// Picks elements or slices of x by tuples of indices.
/// Shapes:  x: [batch…, indexed…, k…]; indices: [batch…, i…, number of indexed axes]; result: [batch…, i…, k…].
template <Operand T>
T gather_nd(const T& x, const T& indices, std::int64_t batch_dims = 0) {
  return call<T>("gather_nd", {x, indices}, {{"batch_dims", batch_dims}});
}
/// Row of `table` [rows, width] for each index. Shapes: indices: [i…]; result: [i…, width].
template <Operand T>
T embedding(const T& indices, const T& table) {
  return call<T>("embedding", {indices, table});
}

struct ScatterOptions {
  std::int64_t axis = -1;
  std::string reduction = "none";  // or "add"
};
/// A copy of x into which each of the updates is written (or added) at its own index along an axis.
/// Shapes:  indices, updates: that of x but for the axis; result: that of x.
template <Operand T>
T scatter(const T& x, const T& indices, const T& updates, const ScatterOptions& options = {}) {
  return call<T>("scatter", {x, indices, updates}, {{"axis", options.axis}, {"reduction", options.reduction}});
}
/// The same for slices at places that tuples of indices name.
/// Shapes:  x: [indexed…, k…]; indices: [i…, number of indexed axes]; updates: [i…, k…]; result: that of x.
template <Operand T>
T scatter_nd(const T& x, const T& indices, const T& updates, const std::string& reduction = "none") {
  return call<T>("scatter_nd", {x, indices, updates}, {{"reduction", reduction}});
}

struct OneHotOptions {
  std::int64_t axis = -1;
  DType dtype = DType::kF32;
};
/// A 1 at the place of each index along a new axis of size `depth`, 0 elsewhere.
template <Operand T>
T one_hot(const T& indices, std::int64_t depth, const OneHotOptions& options = {}) {
  return call<T>("one_hot", {indices}, {{"depth", depth}, {"axis", options.axis}, {"dtype", options.dtype}});
}

}  // namespace lepton::ops
