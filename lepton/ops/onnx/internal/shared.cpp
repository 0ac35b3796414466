// What rules of several families share.
#include <algorithm>

#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {

OnnxResults onnx_results(const std::vector<Value>& values) { return {values.begin(), values.end()}; }

Dims onnx_dims(const Tensor& tensor) { return tensor.to_vector<std::int64_t>(); }

std::int64_t onnx_axis(std::int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) fail(ErrorCode::kInvalidArgument, "there is no axis {} among {}", axis, rank);
  return axis < 0 ? axis + rank : axis;
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

DType onnx_dtype(std::int64_t number) {
  constexpr DType kTypes[] = {DType::kF32, DType::kU8,   DType::kI8,  DType::kU16, DType::kI16, DType::kI32, DType::kI64,
                              DType::kF32, DType::kBool, DType::kF16, DType::kF64, DType::kU32, DType::kU64};
  if (number == 16) return DType::kBF16;
  if (number < 1 || number > 13 || number == 8) fail(ErrorCode::kUnsupported, "Lepton does not have ONNX's data type {}", number);
  return kTypes[number - 1];
}

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
