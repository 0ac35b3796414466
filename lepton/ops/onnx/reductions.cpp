// Folding axes, sorting and running sums.
#include "lepton/ops/reduction.hpp"

#include <algorithm>
#include <numeric>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Value x_of(OnnxNodeReader& node) { return node.value(std::size_t{0}); }

using Fold = Value (*)(const Value&, const ReduceOptions&);

Value sum_of_magnitudes(const Value& x, const ReduceOptions& o) { return sum(abs(x), o); }
Value sum_of_squares(const Value& x, const ReduceOptions& o) { return sum(square(x), o); }
Value root_of_squares(const Value& x, const ReduceOptions& o) {
  if (is_float(x.dtype())) return sqrt(sum_of_squares(x, o));
  return cast(sqrt(sum_of_squares(cast(x, DType::kF64), o)), x.dtype());
}
Value log_of_sum(const Value& x, const ReduceOptions& o) {
  if (is_float(x.dtype())) return log(sum(x, o));
  return cast(log(sum(cast(x, DType::kF64), o)), x.dtype());
}
Value log_of_exponentials(const Value& x, const ReduceOptions& o) {
  return is_float(x.dtype()) ? logsumexp(x, o) : cast(logsumexp(cast(x, DType::kF64), o), x.dtype());
}
Value average(const Value& x, const ReduceOptions& o) {
  return is_float(x.dtype()) ? mean(x, o) : cast(mean(cast(x, DType::kF64), o), x.dtype());
}
Value largest(const Value& x, const ReduceOptions& o) { return x.dtype() == DType::kBool ? any(x, o) : max(x, o); }
Value smallest(const Value& x, const ReduceOptions& o) { return x.dtype() == DType::kBool ? all(x, o) : min(x, o); }

// The identity of an empty maximum is the smallest value there is.
OnnxResults of_nothing(const Value& x, const ReduceOptions& o, bool is_max) {
  Dims dims;
  for (int i = 0; i < x.rank(); ++i) {
    const bool folded = std::ranges::find(o.axes, i) != o.axes.end();
    if (!folded) dims.push_back(x.shape()[i]);
    if (folded && o.keepdims) dims.push_back(1);
  }
  const double infinity = std::numeric_limits<double>::infinity();
  const DType dtype = x.dtype();
  if (dtype == DType::kBool) return {Tensor::full(dtype, Shape(dims), is_max ? 0 : 1)};
  return {Tensor::full(DType::kF64, Shape(dims), is_max ? -infinity : infinity).cast(dtype)};
}

template <Fold kFold>
OnnxResults reduced(OnnxNodeReader& node) {
  const Value x = x_of(node);
  ReduceOptions options{.axes = onnx_axes(node, 1), .keepdims = node.integer("keepdims", 1) != 0};
  if (options.axes.empty()) {
    if (node.integer("noop_with_empty_axes", 0) != 0) {
      // No axis is folded, but each element still goes through the function: as a sum over an axis of its own.
      return {kFold(expand_dims(x, {-1}), {.axes = {-1}})};
    }
    options.axes.resize(static_cast<std::size_t>(x.rank()));
    std::iota(options.axes.begin(), options.axes.end(), 0);
  }
  for (std::int64_t& axis : options.axes) axis = onnx_axis(axis, x.rank());
  if (x.rank() == 0) return {reshape(kFold(reshape(x, {1}), {.axes = {0}}), {})};
  bool nothing = false;
  for (const std::int64_t axis : options.axes) nothing = nothing || x.shape()[static_cast<int>(axis)] == 0;
  if (nothing && (kFold == largest || kFold == smallest)) return of_nothing(x, options, kFold == largest);
  return {kFold(x, options)};
}

template <bool kLargest>
OnnxResults place_of_extreme(OnnxNodeReader& node) {
  Value x = x_of(node);
  const std::int64_t axis = onnx_axis(node.integer("axis", 0), x.rank());
  const bool last = node.integer("select_last_index", 0) != 0;
  if (last) x = flip(x, {axis});
  const ArgReduceOptions options{.axis = axis, .keepdims = node.integer("keepdims", 1) != 0};
  const Value at = kLargest ? argmax(x, options) : argmin(x, options);
  return {last ? sub(onnx_scalar(at, static_cast<double>(x.shape()[static_cast<int>(axis)] - 1)), at) : at};
}

CumsumOptions running(OnnxNodeReader& node) {
  return {.exclusive = node.integer("exclusive", 0) != 0, .reverse = node.integer("reverse", 0) != 0};
}
OnnxResults read_cumsum(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const auto axis = onnx_integer(node.tensor(1));
  return {cumsum(x, axis, running(node))};
}
// A product of the elements up to each place: those after it count as 1.
OnnxResults read_cumprod(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const std::int64_t axis = onnx_axis(onnx_integer(node.tensor(1)), x.rank());
  const CumsumOptions options = running(node);
  const Value spread = expand_dims(x, {axis});  // [..., 1, n, ...]: the new axis is the place of the result
  Dims dims = dims_of(spread);
  dims[static_cast<std::size_t>(axis)] = x.shape()[static_cast<int>(axis)];
  const Value square = broadcast_to(spread, dims), to = iota(square, axis, DType::kI64), from = iota(square, axis + 1, DType::kI64);
  const Value counted = options.reverse ? (options.exclusive ? greater(from, to) : greater_equal(from, to))
                                        : (options.exclusive ? less(from, to) : less_equal(from, to));
  return {prod(where(counted, square, onnx_scalar(x, 1)), {.axes = {axis + 1}})};
}

OnnxResults read_top_k(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const std::int64_t k = node.opset() < 10 ? node.integer("k", 1) : onnx_integer(node.tensor(1));
  const auto found = top_k(x, k, {.axis = node.integer("axis", -1), .largest = node.integer("largest", 1) != 0});
  return {found.values, found.indices};
}

OnnxResults read_lp_normalization(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const ReduceOptions over{.axes = {node.integer("axis", -1)}, .keepdims = true};
  const Value norm = node.integer("p", 2) == 1 ? sum_of_magnitudes(x, over) : root_of_squares(x, over);
  const Value zero = onnx_scalar(x, 0);
  return {where(equal(norm, zero), zero, div(x, norm))};
}

}  // namespace

std::span<const OnnxOperator> onnx_reductions() {
  static const OnnxOperator rows[] = {
      {"ArgMax", place_of_extreme<true>, 1},
      {"ArgMin", place_of_extreme<false>, 1},
      {"CumProd", read_cumprod, 26},
      {"CumSum", read_cumsum, 11},
      {"LpNormalization", read_lp_normalization, 1},
      {"ReduceL1", reduced<sum_of_magnitudes>, 1},
      {"ReduceL2", reduced<root_of_squares>, 1},
      {"ReduceLogSum", reduced<log_of_sum>, 1},
      {"ReduceLogSumExp", reduced<log_of_exponentials>, 1},
      {"ReduceMax", reduced<largest>, 1},
      {"ReduceMean", reduced<average>, 1},
      {"ReduceMin", reduced<smallest>, 1},
      {"ReduceProd", reduced<prod<Value>>, 1},
      {"ReduceSum", reduced<sum<Value>>, 1},
      {"ReduceSumSquare", reduced<sum_of_squares>, 1},
      {"TopK", read_top_k, 1},
  };
  return rows;
}

}  // namespace lepton::ops
