// What the convolution and its two gradients share: a closed family under differentiation.
#pragma once

#include "lepton/ops/contraction.hpp"
#include "lepton/ops/internal/window_rules.hpp"

namespace lepton::ops {

std::vector<AttributeDef> conv_attributes();
ConvOptions conv_options(const Attributes& attributes);
/// Checks x and weight against each other and returns the shape of the convolution.
Result<Shape> conv_output_shape(const InferContext& context, const Shape& x, const Shape& weight);

/// Sample shapes over ranks, groups, strides, dilations and paddings.
struct ConvCase {
  Shape x, weight, y;
  Attributes attributes;
};
std::vector<ConvCase> conv_cases();

}  // namespace lepton::ops
