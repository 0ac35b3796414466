// Infix arithmetic for values and tensors; a plain number takes the dtype of the other operand.
//
// In namespace lepton, where values and tensors live, so that the operators are found wherever these are used.
#pragma once

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton {

template <Operand T>
T operator-(const T& x) {
  return ops::neg(x);
}
template <Operand T>
T operator+(const T& x, const T& y) {
  return ops::add(x, y);
}
template <Operand T>
T operator+(const T& x, double y) {
  return ops::add(x, ops::constant_like(x, y));
}
template <Operand T>
T operator+(double x, const T& y) {
  return ops::add(ops::constant_like(y, x), y);
}
template <Operand T>
T operator-(const T& x, const T& y) {
  return ops::sub(x, y);
}
template <Operand T>
T operator-(const T& x, double y) {
  return ops::sub(x, ops::constant_like(x, y));
}
template <Operand T>
T operator-(double x, const T& y) {
  return ops::sub(ops::constant_like(y, x), y);
}
template <Operand T>
T operator*(const T& x, const T& y) {
  return ops::mul(x, y);
}
template <Operand T>
T operator*(const T& x, double y) {
  return ops::mul(x, ops::constant_like(x, y));
}
template <Operand T>
T operator*(double x, const T& y) {
  return ops::mul(ops::constant_like(y, x), y);
}
template <Operand T>
T operator/(const T& x, const T& y) {
  return ops::div(x, y);
}
template <Operand T>
T operator/(const T& x, double y) {
  return ops::div(x, ops::constant_like(x, y));
}
template <Operand T>
T operator/(double x, const T& y) {
  return ops::div(ops::constant_like(y, x), y);
}

}  // namespace lepton
