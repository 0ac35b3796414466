// Operators on shapes: constants, broadcasting and reshaping, also "like" another value whose size is known only in a run.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

/// A constant tensor in the graph of `builder`.
Value constant(Builder& builder, const Tensor& value);
/// A scalar with the dtype of `x`: a constant in its graph, or a tensor.
inline Value constant_like(const Value& x, double value) { return constant(x.builder(), Tensor::scalar(x.dtype(), value)); }
inline Tensor constant_like(const Tensor& x, double value) { return Tensor::scalar(x.dtype(), value); }

/// Inserts axes of size 1 at the given places of the result; negative places count from its end.
template <Operand T>
T expand_dims(const T& x, const std::vector<std::int64_t>& axes) {
  return call<T>("expand_dims", {x}, {{"axes", axes}});
}

/// The same elements in another shape: 0 keeps the axis of x, one -1 is what remains.
template <Operand T>
T reshape(const T& x, const std::vector<std::int64_t>& shape) {
  return call<T>("reshape", {x}, {{"shape", shape}});
}
/// Removes axes of size 1.
template <Operand T>
T squeeze(const T& x, const std::vector<std::int64_t>& axes) {
  return call<T>("squeeze", {x}, {{"axes", axes}});
}

/// Axis i of the result is axis permutation[i] of x.
template <Operand T>
T transpose(const T& x, const std::vector<std::int64_t>& permutation) {
  return call<T>("transpose", {x}, {{"permutation", permutation}});
}

/// Sums over the axes along which `like` would broadcast to x: the inverse of broadcast_to_like.
template <Operand T>
T sum_to_like(const T& x, const T& like) {
  return call<T>("sum_to_like", {x, like});
}
template <Operand T>
T broadcast_to_like(const T& x, const T& like) {
  return call<T>("broadcast_to_like", {x, like});
}
template <Operand T>
T reshape_like(const T& x, const T& like) {
  return call<T>("reshape_like", {x, like});
}
/// Number of elements along `axes` (empty: all) as a scalar of x's dtype.
template <Operand T>
T axis_size(const T& x, const std::vector<std::int64_t>& axes = {}) {
  return call<T>("axis_size", {x}, {{"axes", axes}});
}

}  // namespace lepton::ops
