// What convolutions and poolings share: their attributes and how ONNX writes them.
#pragma once

#include "lepton/ops/internal/rules.hpp"
#include "lepton/tensor/window.hpp"

namespace lepton::ops {

/// strides, dilations, pads, padding.
std::vector<AttributeDef> window_attributes();
/// ONNX's attributes for them; `kernel` sizes are written as kernel_shape.
Attributes onnx_window(const Attributes& attributes, std::span<const std::int64_t> kernel);
/// Spatial sizes of a shape [N, C, spatial…]; fails with kShapeMismatch unless it has one to three spatial axes.
Result<std::vector<std::int64_t>> spatial_sizes(const InferContext& context, const Shape& shape, std::string_view what);

}  // namespace lepton::ops
