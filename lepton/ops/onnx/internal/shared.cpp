// What rules of several families share.
#include <algorithm>

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/onnx/table.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {

OnnxResults onnx_results(const std::vector<Value>& values) { return {values.begin(), values.end()}; }

Dims onnx_dims(const Tensor& tensor) { return tensor.to_vector<std::int64_t>(); }

std::int64_t onnx_axis(std::int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) fail(ErrorCode::kInvalidArgument, "there is no axis {} among {}", axis, rank);
  return axis < 0 ? axis + rank : axis;
}

std::int64_t onnx_integer(const Tensor& tensor) {
  if (tensor.num_elements() != 1) fail(ErrorCode::kInvalidArgument, "one number is wanted, not {}", tensor.type().to_string());
  return tensor.cast(DType::kI64).to_vector<std::int64_t>().front();
}

Dims onnx_axes(OnnxNodeReader& node, std::size_t i) { return node.has(i) ? onnx_dims(node.tensor(i)) : node.integers("axes"); }

Value onnx_scalar(const Value& like, double value) { return constant_like(like, value); }

Dims dims_of(const Value& value) { return value.shape().dims(); }

Dims spatial_sizes(const Value& value) {
  const Shape shape = value.shape();
  if (shape.rank() < 2) fail(ErrorCode::kShapeMismatch, "[N, C, spatial…] is wanted, not {}", shape);
  return Dims(shape.begin() + 2, shape.end());
}

Tensor integers_tensor(const Dims& values) { return Tensor::from(values, {static_cast<std::int64_t>(values.size())}); }

std::optional<DType> dtype_of_onnx(std::int64_t number) {
  switch (number) {
    case 1:
      return DType::kF32;
    case 2:
      return DType::kU8;
    case 3:
      return DType::kI8;
    case 4:
      return DType::kU16;
    case 5:
      return DType::kI16;
    case 6:
      return DType::kI32;
    case 7:
      return DType::kI64;
    case 9:
      return DType::kBool;
    case 10:
      return DType::kF16;
    case 11:
      return DType::kF64;
    case 12:
      return DType::kU32;
    case 13:
      return DType::kU64;
    case 16:
      return DType::kBF16;
    default:
      return std::nullopt;
  }
}

DType onnx_dtype(std::int64_t number) {
  const std::optional<DType> dtype = dtype_of_onnx(number);
  if (!dtype) fail(ErrorCode::kUnsupported, "Lepton does not have ONNX's data type {}", number);
  return *dtype;
}

Value cast_if_other(const Value& x, DType to) { return x.dtype() == to ? x : cast(x, to); }

Dims onnx_per_axis(const OnnxNodeReader& node, std::string_view name, std::size_t axes) {
  Dims given = node.integers(name, Dims(axes, 1));
  if (given.size() != axes) fail(ErrorCode::kInvalidArgument, "{} has {} entries for {} spatial axes", name, given.size(), axes);
  if (std::ranges::any_of(given, [](std::int64_t v) { return v < 1 || v > (1 << 24); }))
    fail(ErrorCode::kInvalidArgument, "{} is {}", name, Shape(given));
  return given;
}

void check_pad(std::int64_t pad) {
  if (pad > (std::int64_t{1} << 40) || pad < -(std::int64_t{1} << 40)) fail(ErrorCode::kInvalidArgument, "a padding of {}", pad);
}

Dims onnx_pads(const OnnxNodeReader& node, const Dims& sizes, const Dims& kernel, const Dims& strides, const Dims& dilations) {
  const std::size_t axes = sizes.size();
  const std::string automatic = node.text("auto_pad", "NOTSET");
  Dims pads = node.integers("pads", Dims(2 * axes, 0));
  if (pads.size() != 2 * axes) fail(ErrorCode::kInvalidArgument, "pads has {} entries for {} spatial axes", pads.size(), axes);
  for (const std::int64_t pad : pads) check_pad(pad);
  if (automatic == "NOTSET") return pads;
  std::ranges::fill(pads, 0);
  if (automatic == "VALID") return pads;
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t out = (sizes[i] + strides[i] - 1) / strides[i];
    const std::int64_t all = std::max<std::int64_t>(0, (out - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - sizes[i]);
    pads[i] = automatic == "SAME_LOWER" ? (all + 1) / 2 : all / 2;
    pads[axes + i] = all - pads[i];
  }
  return pads;
}

}  // namespace lepton::ops
