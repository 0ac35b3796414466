// Elementwise arithmetic. Every function takes graph values or tensors and broadcasts as NumPy does.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

template <Operand T>
T add(const T& x, const T& y) {
  return call<T>("add", {x, y});
}
template <Operand T>
T mul(const T& x, const T& y) {
  return call<T>("mul", {x, y});
}
template <Operand T>
T neg(const T& x) {
  return call<T>("neg", {x});
}
template <Operand T>
T exp(const T& x) {
  return call<T>("exp", {x});
}

}  // namespace lepton::ops
