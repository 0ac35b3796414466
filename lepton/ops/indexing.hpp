// Operators that read or write elements by index.
#pragma once

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

}  // namespace lepton::ops
