// Comparisons and logic: the results are bool. A comparison with NaN is false, except not_equal.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

template <Operand T>
T equal(const T& x, const T& y) {
  return call<T>("equal", {x, y});
}
template <Operand T>
T not_equal(const T& x, const T& y) {
  return call<T>("not_equal", {x, y});
}
template <Operand T>
T less(const T& x, const T& y) {
  return call<T>("less", {x, y});
}
template <Operand T>
T less_equal(const T& x, const T& y) {
  return call<T>("less_equal", {x, y});
}
template <Operand T>
T greater(const T& x, const T& y) {
  return call<T>("greater", {x, y});
}
template <Operand T>
T greater_equal(const T& x, const T& y) {
  return call<T>("greater_equal", {x, y});
}

template <Operand T>
T logical_and(const T& x, const T& y) {
  return call<T>("logical_and", {x, y});
}
template <Operand T>
T logical_or(const T& x, const T& y) {
  return call<T>("logical_or", {x, y});
}
template <Operand T>
T logical_xor(const T& x, const T& y) {
  return call<T>("logical_xor", {x, y});
}
template <Operand T>
T logical_not(const T& x) {
  return call<T>("logical_not", {x});
}

template <Operand T>
T is_nan(const T& x) {
  return call<T>("is_nan", {x});
}
template <Operand T>
T is_inf(const T& x) {
  return call<T>("is_inf", {x});
}

}  // namespace lepton::ops
