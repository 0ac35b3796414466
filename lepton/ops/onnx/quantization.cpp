// Whole numbers that stand for floats: x = (q - zero point) * scale. Products are computed in floats, exactly up to 2^53 (f64) or rounded.
#include <cmath>

#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/onnx/internal/products.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

// A parameter of the whole tensor, of each place along an axis, or of blocks along it, in a shape that broadcasts to x.
Value spread(const Value& parameter, const Shape& x, std::int64_t axis, std::int64_t block) {
  if (parameter.rank() == 0 || (parameter.rank() == 1 && parameter.shape()[0] == 1)) return reshape(parameter, {});
  if (parameter.rank() == 1) {
    Dims dims(static_cast<std::size_t>(x.rank()), 1);
    dims[static_cast<std::size_t>(onnx_axis(axis, x.rank()))] = parameter.shape()[0];
    return reshape(parameter, dims);
  }
  const auto at = static_cast<int>(onnx_axis(axis, x.rank()));
  if (parameter.rank() != x.rank() || parameter.shape()[at] < 1 || block < 0 || block > (1 << 24))
    fail(ErrorCode::kShapeMismatch, "scales {} in blocks of {} for {}", parameter.shape(), block, x);
  if (block <= 0) block = (x[at] + parameter.shape()[at] - 1) / parameter.shape()[at];
  Dims wide = parameter.shape().dims(), joined = wide;
  wide.insert(wide.begin() + at + 1, block);
  joined[static_cast<std::size_t>(at)] *= block;
  const Value repeated = reshape(broadcast_to(expand_dims(parameter, {at + 1}), wide), joined);
  return joined[static_cast<std::size_t>(at)] == x[at] ? repeated : slice(repeated, {.starts = {0}, .ends = {x[at]}, .axes = {at}});
}

struct Range {
  double low, high;
};
Range range_of(DType dtype) {
  switch (dtype) {
    case DType::kI8:
      return {-128, 127};
    case DType::kU8:
      return {0, 255};
    case DType::kI16:
      return {-32768, 32767};
    case DType::kU16:
      return {0, 65535};
    default:
      fail(ErrorCode::kUnsupported, "quantisation to {} is not supported", name_of(dtype));
  }
}
Value quantized(const Value& scaled, const Value& zero, DType to) {
  const Range range = range_of(to);
  Value q = round(scaled);
  if (zero.defined()) q = add(q, cast(zero, q.dtype()));
  return cast(clip(q, range.low, range.high), to);
}

Value as_float(const Value& v) { return cast_if_other(v, DType::kF32); }

OnnxResults read_quantize(OnnxNodeReader& node) {
  const Value x = as_float(node.value(std::size_t{0})), scale = as_float(node.value(1));
  const std::int64_t axis = node.integer("axis", 1), block = node.integer("block_size", 0), declared = node.integer("output_dtype", 0);
  const DType to = node.has(2) ? node.type(2).dtype : declared != 0 ? onnx_dtype(declared) : DType::kU8;
  const Value zero = node.has(2) ? spread(node.value(2), x.shape(), axis, block) : Value();
  return {quantized(div(x, spread(scale, x.shape(), axis, block)), zero, to)};
}

OnnxResults read_dequantize(OnnxNodeReader& node) {
  const Value q = node.value(std::size_t{0}), scale = node.value(1);
  const std::int64_t axis = node.integer("axis", 1), block = node.integer("block_size", 0);
  Value x = as_float(q);
  if (node.has(2)) x = sub(x, spread(as_float(node.value(2)), q.shape(), axis, block));
  const Value y = mul(x, spread(as_float(scale), q.shape(), axis, block));
  return {cast_if_other(y, scale.dtype())};
}

// To u8, with the range of the data widened to hold 0.
OnnxResults read_dynamic_quantize(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), zero = onnx_scalar(x, 0);
  const Value low = minimum(min(x), zero), high = maximum(max(x), zero);
  const Value scale = div(sub(high, low), onnx_scalar(x, 255));
  const Value point = clip(round(div(neg(low), scale)), 0, 255);
  return {cast(clip(add(round(div(x, scale)), point), 0, 255), DType::kU8), scale, cast(point, DType::kU8)};
}

// q minus its zero point as f64, in which sums of products of bytes are exact.
Value centered(OnnxNodeReader& node, std::size_t q, std::size_t zero, std::int64_t axis) {
  const Value x = cast(node.value(q), DType::kF64);
  return node.has(zero) ? sub(x, spread(cast(node.value(zero), DType::kF64), x.shape(), axis, 0)) : x;
}

OnnxResults read_matmul_integer(OnnxNodeReader& node) {
  return {cast(onnx_matmul(centered(node, 0, 2, -2), centered(node, 1, 3, -1)), DType::kI32)};
}
OnnxResults read_conv_integer(OnnxNodeReader& node) {
  const Value x = cast(centered(node, 0, 2, 1), DType::kF32), w = cast(centered(node, 1, 3, 0), DType::kF32);
  return {cast(onnx_conv(node, x, w, {}), DType::kI32)};
}

OnnxResults read_qlinear_matmul(OnnxNodeReader& node) {
  const Value a = centered(node, 0, 2, -2), b = centered(node, 3, 5, -1);
  const auto scale_of = [&](std::size_t i, const Value& of, std::int64_t axis) {
    return spread(cast(node.value(i), DType::kF64), of.shape(), axis, 0);
  };
  const Value y = onnx_matmul(mul(a, scale_of(1, a, -2)), mul(b, scale_of(4, b, -1)));
  const DType to = node.type(7).dtype;
  return {quantized(div(y, scale_of(6, y, -2)), reshape(node.value(7), dims_of(spread(node.value(7), y.shape(), -2, 0))), to)};
}

OnnxResults read_qlinear_conv(OnnxNodeReader& node) {
  const Value x = centered(node, 0, 2, 1), w = centered(node, 3, 5, 0);
  const Value scale = div(mul(cast(node.value(1), DType::kF64), cast(node.value(4), DType::kF64)), cast(node.value(6), DType::kF64));
  Value y = cast(onnx_conv(node, cast(x, DType::kF32), cast(w, DType::kF32), node.has(8) ? cast(node.value(8), DType::kF32) : Value()),
                 DType::kF64);
  return {quantized(mul(y, spread(scale, y.shape(), 1, 0)), spread(node.value(7), y.shape(), 1, 0), node.type(7).dtype)};
}

}  // namespace

std::span<const OnnxOperator> onnx_quantization() {
  static const OnnxOperator rows[] = {
      {"ConvInteger", read_conv_integer, 10},
      {"DequantizeLinear", read_dequantize, 10, kStored},
      {"DynamicQuantizeLinear", read_dynamic_quantize, 11},
      {"MatMulInteger", read_matmul_integer, 10},
      {"QLinearConv", read_qlinear_conv, 10, kStored},
      {"QLinearMatMul", read_qlinear_matmul, 10, kStored},
      {"QuantizeLinear", read_quantize, 10, kStored},
  };
  return rows;
}

}  // namespace lepton::ops
