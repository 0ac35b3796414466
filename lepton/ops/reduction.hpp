// Reductions: fold axes away (axes empty: all of them).
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

struct ReduceOptions {
  std::vector<std::int64_t> axes = {};
  bool keepdims = false;
};

template <Operand T>
T sum(const T& x, const ReduceOptions& options = {}) {
  return call<T>("sum", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}
template <Operand T>
T mean(const T& x, const ReduceOptions& options = {}) {
  return call<T>("mean", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}
template <Operand T>
T prod(const T& x, const ReduceOptions& options = {}) {
  return call<T>("prod", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}
template <Operand T>
T logsumexp(const T& x, const ReduceOptions& options = {}) {
  return call<T>("logsumexp", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}
/// Errors: kInvalidArgument if the folded axes have no elements.
template <Operand T>
T max(const T& x, const ReduceOptions& options = {}) {
  return call<T>("max", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}
template <Operand T>
T min(const T& x, const ReduceOptions& options = {}) {
  return call<T>("min", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}
/// On booleans.
template <Operand T>
T any(const T& x, const ReduceOptions& options = {}) {
  return call<T>("any", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}
template <Operand T>
T all(const T& x, const ReduceOptions& options = {}) {
  return call<T>("all", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}

}  // namespace lepton::ops
