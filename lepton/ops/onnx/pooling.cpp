// Pooling.
#include "lepton/ops/pooling.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

struct Windows {
  Dims kernel;
  PoolOptions options;
};

// ceil_mode lets the last window reach beyond the end: the padding there grows, unless the window would begin in it.
Windows windows_of(OnnxNodeReader& node, const Value& x) {
  const std::size_t axes = spatial_sizes(x).size();
  Windows w{.kernel = node.integers("kernel_shape")};
  if (w.kernel.size() != axes) fail(ErrorCode::kInvalidArgument, "kernel_shape has {} entries for {} spatial axes", w.kernel.size(), axes);
  if (std::ranges::any_of(w.kernel, [](std::int64_t size) { return size < 1 || size > (1 << 24); }))
    fail(ErrorCode::kInvalidArgument, "kernel_shape is {}", Shape(w.kernel));
  const Dims sizes = spatial_sizes(x);
  w.options.strides = onnx_per_axis(node, "strides", axes);
  w.options.dilations = onnx_per_axis(node, "dilations", axes);
  w.options.pads = onnx_pads(node, sizes, w.kernel, w.options.strides, w.options.dilations);
  if (node.integer("ceil_mode", 0) == 0) return w;
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t reach = (w.kernel[i] - 1) * w.options.dilations[i] + 1, stride = w.options.strides[i];
    const std::int64_t padded = sizes[i] + w.options.pads[i] + w.options.pads[axes + i], rest = (padded - reach) % stride;
    if (padded < reach || rest == 0) continue;
    const std::int64_t last = (padded - reach) / stride * stride + stride;  // where the further window begins
    if (last >= sizes[i] + w.options.pads[i]) continue;
    w.options.pads[axes + i] += stride - rest;
  }
  return w;
}

// Padding is explicit before our operators where a window may have nothing but padding, or where whole numbers are pooled.
OnnxResults read_max_pool(OnnxNodeReader& node) {
  const Value given = node.value(std::size_t{0});
  const Value x = is_float(given.dtype()) ? given : cast(given, DType::kF64);
  const Windows w = windows_of(node, x);
  const Value y = max_pool(x, w.kernel, w.options);
  OnnxResults results = {is_float(given.dtype()) ? y : cast(y, given.dtype())};
  if (node.wants(1)) {
    // The places are a pooling of their own: of the element's number in its picture, picked where the maximum is.
    Value number = constant(x.builder(), Tensor::scalar(DType::kF64, 0));
    const bool columns_first = node.integer("storage_order", 0) != 0;
    double stride = 1;
    for (int i = 0; i < x.rank() - 2; ++i) {
      const int axis = columns_first ? 2 + i : x.rank() - 1 - i;
      const Value place = cast(iota(x, axis, DType::kI64), DType::kF64);
      number = add(number, mul(place, onnx_scalar(place, stride)));
      stride *= static_cast<double>(x.shape()[axis]);
    }
    // Pictures of one sample and channel follow each other.
    const Value sample = cast(iota(x, 0, DType::kI64), DType::kF64), channel = cast(iota(x, 1, DType::kI64), DType::kF64);
    const double channels = static_cast<double>(x.shape()[1]);
    number = add(number, mul(add(mul(sample, onnx_scalar(sample, channels)), channel), onnx_scalar(sample, stride)));
    const Value wide = x.dtype() == DType::kF64 ? x : cast(x, DType::kF64);
    const Value picked = call<Value>("max_pool_pick", {wide, broadcast_to(number, dims_of(x))}, w.options.attributes(w.kernel));
    results.push_back(cast(picked, DType::kI64));
  }
  return results;
}

OnnxResults read_average_pool(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const bool counts_padding = node.integer("count_include_pad", 0) != 0;
  Windows w = windows_of(node, x);
  if (!counts_padding || node.integer("ceil_mode", 0) == 0) {
    w.options.count_include_pad = counts_padding;
    return {avg_pool(x, w.kernel, w.options)};
  }
  // The padding that was asked for counts, what ceil_mode adds does not.
  const std::size_t axes = spatial_sizes(x).size();
  const Dims sizes = spatial_sizes(x);
  const Dims asked = onnx_pads(node, sizes, w.kernel, w.options.strides, w.options.dilations);
  Dims inner(2 * (axes + 2), 0), outer(2 * axes, 0);
  for (std::size_t i = 0; i < axes; ++i) {
    inner[2 + i] = asked[i];
    inner[axes + 4 + i] = asked[axes + i];
    outer[axes + i] = w.options.pads[axes + i] - asked[axes + i];
  }
  w.options.pads = outer;
  return {avg_pool(pad(x, inner, "constant", 0), w.kernel, w.options)};
}

Dims spatial_axes(const Value& x) {
  Dims axes;
  for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
  return axes;
}
OnnxResults read_global_average(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  return {mean(x, {.axes = spatial_axes(x), .keepdims = true})};
}
OnnxResults read_global_max(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  return {max(x, {.axes = spatial_axes(x), .keepdims = true})};
}
Value power_norm(const Value& sum_of_powers, double p) { return pow(sum_of_powers, onnx_scalar(sum_of_powers, 1 / p)); }
OnnxResults read_global_lp(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const double p = static_cast<double>(node.integer("p", 2));
  return {power_norm(sum(pow(abs(x), onnx_scalar(x, p)), {.axes = spatial_axes(x), .keepdims = true}), p)};
}
// A mean over windows with padding counted, times the window's size, is a sum.
OnnxResults read_lp_pool(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const double p = static_cast<double>(node.integer("p", 2));
  Windows w = windows_of(node, x);
  w.options.count_include_pad = true;
  double count = 1;
  for (const std::int64_t size : w.kernel) count *= static_cast<double>(size);
  const Value means = avg_pool(pow(abs(x), onnx_scalar(x, p)), w.kernel, w.options);
  return {power_norm(mul(means, onnx_scalar(x, count)), p)};
}

// Values go back to the places that MaxPool told; all others are 0.
OnnxResults read_max_unpool(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), places = node.value(1);
  const std::size_t axes = spatial_sizes(x).size();
  const Dims kernel = node.integers("kernel_shape"), strides = onnx_per_axis(node, "strides", axes),
             pads = node.integers("pads", Dims(2 * axes, 0));
  if (kernel.size() != axes || pads.size() != 2 * axes)
    fail(ErrorCode::kInvalidArgument, "kernel_shape or pads do not fit {} spatial axes", axes);
  for (const std::int64_t pad : pads) check_pad(pad);
  Dims natural = {x.shape()[0], x.shape()[1]};
  for (std::size_t i = 0; i < axes; ++i)
    natural.push_back((x.shape()[static_cast<int>(i) + 2] - 1) * strides[i] - pads[i] - pads[axes + i] + kernel[i]);
  const Dims wanted = node.has(2) ? onnx_dims(node.tensor(2)) : natural;
  node.claim(natural);
  // The places count elements of the natural size; in a larger one they stay in its corner.
  const std::int64_t count = Shape(natural).num_elements(), given = x.shape().num_elements();
  const Value flat = broadcast_to(onnx_scalar(x, 0), {count});
  const Value y = reshape(scatter(flat, reshape(places, {given}), reshape(x, {given}), {.axis = 0}), natural);
  if (wanted.size() != natural.size()) fail(ErrorCode::kShapeMismatch, "output_shape is {}", Shape(wanted));
  node.claim(wanted);
  Dims around(2 * wanted.size(), 0);
  for (std::size_t i = 0; i < wanted.size() && i < natural.size(); ++i) around[wanted.size() + i] = wanted[i] - natural[i];
  return {wanted == natural ? y : pad(y, around, "constant", 0)};
}

}  // namespace

std::span<const OnnxOperator> onnx_pooling() {
  static const OnnxOperator rows[] = {
      {"AveragePool", read_average_pool, 1}, {"GlobalAveragePool", read_global_average, 1},
      {"GlobalLpPool", read_global_lp, 2},   {"GlobalMaxPool", read_global_max, 1},
      {"LpPool", read_lp_pool, 2},           {"MaxPool", read_max_pool, 1},
      {"MaxUnpool", read_max_unpool, 9},
  };
  return rows;
}

}  // namespace lepton::ops
