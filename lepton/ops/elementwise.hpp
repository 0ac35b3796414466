// Elementwise arithmetic. Every function takes graph values or tensors and broadcasts as NumPy does.
//
// Integers wrap around. NaN goes through, also through maximum, minimum and clip.
#pragma once

#include <limits>

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

template <Operand T>
T add(const T& x, const T& y) {
  return call<T>("add", {x, y});
}
template <Operand T>
T sub(const T& x, const T& y) {
  return call<T>("sub", {x, y});
}
template <Operand T>
T mul(const T& x, const T& y) {
  return call<T>("mul", {x, y});
}
/// Integers truncate towards 0; an integer divided by 0 is 0.
template <Operand T>
T div(const T& x, const T& y) {
  return call<T>("div", {x, y});
}
/// Remainder with the sign of y, as in Python.
template <Operand T>
T mod(const T& x, const T& y) {
  return call<T>("mod", {x, y});
}
template <Operand T>
T pow(const T& x, const T& y) {
  return call<T>("pow", {x, y});
}
template <Operand T>
T maximum(const T& x, const T& y) {
  return call<T>("maximum", {x, y});
}
template <Operand T>
T minimum(const T& x, const T& y) {
  return call<T>("minimum", {x, y});
}

template <Operand T>
T neg(const T& x) {
  return call<T>("neg", {x});
}
template <Operand T>
T abs(const T& x) {
  return call<T>("abs", {x});
}
template <Operand T>
T sign(const T& x) {
  return call<T>("sign", {x});
}
template <Operand T>
T square(const T& x) {
  return call<T>("square", {x});
}
template <Operand T>
T sqrt(const T& x) {
  return call<T>("sqrt", {x});
}
template <Operand T>
T rsqrt(const T& x) {
  return call<T>("rsqrt", {x});
}
template <Operand T>
T reciprocal(const T& x) {
  return call<T>("reciprocal", {x});
}
template <Operand T>
T floor(const T& x) {
  return call<T>("floor", {x});
}
template <Operand T>
T ceil(const T& x) {
  return call<T>("ceil", {x});
}
/// Halves go to the even neighbour.
template <Operand T>
T round(const T& x) {
  return call<T>("round", {x});
}

template <Operand T>
T exp(const T& x) {
  return call<T>("exp", {x});
}
template <Operand T>
T expm1(const T& x) {
  return call<T>("expm1", {x});
}
template <Operand T>
T log(const T& x) {
  return call<T>("log", {x});
}
template <Operand T>
T log1p(const T& x) {
  return call<T>("log1p", {x});
}
template <Operand T>
T erf(const T& x) {
  return call<T>("erf", {x});
}
template <Operand T>
T sin(const T& x) {
  return call<T>("sin", {x});
}
template <Operand T>
T cos(const T& x) {
  return call<T>("cos", {x});
}
template <Operand T>
T tan(const T& x) {
  return call<T>("tan", {x});
}
template <Operand T>
T asin(const T& x) {
  return call<T>("asin", {x});
}
template <Operand T>
T acos(const T& x) {
  return call<T>("acos", {x});
}
template <Operand T>
T atan(const T& x) {
  return call<T>("atan", {x});
}
template <Operand T>
T sinh(const T& x) {
  return call<T>("sinh", {x});
}
template <Operand T>
T cosh(const T& x) {
  return call<T>("cosh", {x});
}
template <Operand T>
T tanh(const T& x) {
  return call<T>("tanh", {x});
}
template <Operand T>
T asinh(const T& x) {
  return call<T>("asinh", {x});
}
template <Operand T>
T acosh(const T& x) {
  return call<T>("acosh", {x});
}
template <Operand T>
T atanh(const T& x) {
  return call<T>("atanh", {x});
}

/// Limits each element to [min, max].
template <Operand T>
T clip(const T& x, double min, double max = std::numeric_limits<double>::infinity()) {
  return call<T>("clip", {x}, {{"min", min}, {"max", max}});
}

/// Floats truncate to integers and saturate, NaN becomes 0; integers wrap; bool is "not 0".
template <Operand T>
T cast(const T& x, DType dtype) {
  return call<T>("cast", {x}, {{"dtype", dtype}});
}

/// Elements of x where the condition (bool) holds, else of y.
template <Operand T>
T where(const T& condition, const T& x, const T& y) {
  return call<T>("where", {condition, x, y});
}

}  // namespace lepton::ops
