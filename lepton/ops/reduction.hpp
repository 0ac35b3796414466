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

struct ArgReduceOptions {
  std::int64_t axis = -1;
  bool keepdims = false;
};
/// Place (i64) of the largest element along an axis, the first of equal ones.
template <Operand T>
T argmax(const T& x, const ArgReduceOptions& options = {}) {
  return call<T>("argmax", {x}, {{"axis", options.axis}, {"keepdims", options.keepdims}});
}
template <Operand T>
T argmin(const T& x, const ArgReduceOptions& options = {}) {
  return call<T>("argmin", {x}, {{"axis", options.axis}, {"keepdims", options.keepdims}});
}

struct CumsumOptions {
  bool exclusive = false;  // leave the element itself out
  bool reverse = false;    // sum from the end
};
/// Running sums along an axis.
template <Operand T>
T cumsum(const T& x, std::int64_t axis = -1, const CumsumOptions& options = {}) {
  return call<T>("cumsum", {x}, {{"axis", axis}, {"exclusive", options.exclusive}, {"reverse", options.reverse}});
}

/// Elements in order and where they were (i64).
template <Operand T>
struct Sorted {
  T values;
  T indices;
};
struct SortOptions {
  std::int64_t axis = -1;
  bool descending = false;
};
template <Operand T>
Sorted<T> sort(const T& x, const SortOptions& options = {}) {
  auto results = call_all<T>("sort", std::span<const T>(&x, 1), {{"axis", options.axis}, {"descending", options.descending}});
  return {std::move(results[0]), std::move(results[1])};
}

struct TopKOptions {
  std::int64_t axis = -1;
  bool largest = true;
};
/// The k largest (or smallest) elements along an axis, best first.
template <Operand T>
Sorted<T> top_k(const T& x, std::int64_t k, const TopKOptions& options = {}) {
  auto results = call_all<T>("top_k", std::span<const T>(&x, 1), {{"k", k}, {"axis", options.axis}, {"largest", options.largest}});
  return {std::move(results[0]), std::move(results[1])};
}

}  // namespace lepton::ops
