// Operators on shapes: constants, broadcasting and reshaping, also "like" another value whose size is known only in a run.
#pragma once

#include <string>

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
/// Zeros with the shape and dtype of x.
template <Operand T>
T zeros_like(const T& x) {
  return broadcast_to_like(constant_like(x, 0.0), x);
}
/// Repeats x along axes until it has `shape`; -1 keeps the axis of x.
template <Operand T>
T broadcast_to(const T& x, const std::vector<std::int64_t>& shape) {
  return call<T>("broadcast_to", {x}, {{"shape", shape}});
}
/// 0, 1, 2 … along an axis, in the shape of `like`.
template <Operand T>
T iota(const T& like, std::int64_t axis = -1, DType dtype = DType::kI64) {
  return call<T>("iota", {like}, {{"axis", axis}, {"dtype", dtype}});
}

// ---- joining and parting ------------------------------------------------------------------------------------------------------------

/// Joins tensors, which agree in all other axes, along `axis`.
template <Operand T>
T concat(const std::vector<T>& parts, std::int64_t axis) {
  return call_all<T>("concat", parts, {{"axis", axis}})[0];
}
/// Joins tensors of one shape along a new axis.
template <Operand T>
T stack(const std::vector<T>& parts, std::int64_t axis = 0) {
  return call_all<T>("stack", parts, {{"axis", axis}})[0];
}
/// Parts x along `axis` into pieces of the given sizes, which add up to its own.
template <Operand T>
std::vector<T> split(const T& x, const std::vector<std::int64_t>& sizes, std::int64_t axis) {
  return call_all<T>("split", std::span<const T>(&x, 1), {{"sizes", sizes}, {"axis", axis}});
}
/// Parts x along `axis` into pieces as large as `likes`: the inverse of concat when sizes are known only in a run.
template <Operand T>
std::vector<T> split_like(const T& x, std::vector<T> likes, std::int64_t axis) {
  likes.insert(likes.begin(), x);
  return call_all<T>("split_like", likes, {{"axis", axis}});
}

// ---- rearranging --------------------------------------------------------------------------------------------------------------------

struct SliceOptions {
  std::vector<std::int64_t> starts, ends;
  std::vector<std::int64_t> axes = {};   // empty: the first ones
  std::vector<std::int64_t> steps = {};  // empty: 1
};
/// NumPy's x[start:end:step] along axes; bounds beyond an axis are cut.
template <Operand T>
T slice(const T& x, const SliceOptions& options) {
  return call<T>("slice", {x}, {{"starts", options.starts}, {"ends", options.ends}, {"axes", options.axes}, {"steps", options.steps}});
}
/// Adds elements around x. `pads` has those before each axis, then those after each; mode is constant, reflect or edge.
template <Operand T>
T pad(const T& x, const std::vector<std::int64_t>& pads, const std::string& mode = "constant", double value = 0) {
  return call<T>("pad", {x}, {{"pads", pads}, {"mode", mode}, {"value", value}});
}
/// Repeats x along each axis.
template <Operand T>
T tile(const T& x, const std::vector<std::int64_t>& repeats) {
  return call<T>("tile", {x}, {{"repeats", repeats}});
}
/// Reverses the order along axes (empty: all).
template <Operand T>
T flip(const T& x, const std::vector<std::int64_t>& axes = {}) {
  return call<T>("flip", {x}, {{"axes", axes}});
}
/// Moves elements along axes; what leaves at one end comes back in at the other.
template <Operand T>
T roll(const T& x, const std::vector<std::int64_t>& shifts, const std::vector<std::int64_t>& axes) {
  return call<T>("roll", {x}, {{"shifts", shifts}, {"axes", axes}});
}

}  // namespace lepton::ops
