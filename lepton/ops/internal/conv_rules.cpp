// Shape rule and samples of the convolution family.
#include "lepton/ops/internal/conv_rules.hpp"

namespace lepton::ops {

std::vector<AttributeDef> conv_attributes() {
  std::vector<AttributeDef> attributes = window_attributes();
  attributes.push_back({"groups", 1, positive, "groups of channels convolved apart"});
  return attributes;
}

ConvOptions conv_options(const Attributes& attributes) {
  return {.strides = attributes.integers("strides"),
          .dilations = attributes.integers("dilations"),
          .pads = attributes.integers("pads"),
          .padding = attributes.text("padding"),
          .groups = attributes.integer("groups")};
}

Result<Shape> conv_output_shape(const InferContext& c, const Shape& x, const Shape& weight) {
  LEPTON_TRY(const std::vector<std::int64_t> spatial, spatial_sizes(c, x, "x"));
  LEPTON_TRY(const std::vector<std::int64_t> kernel, spatial_sizes(c, weight, "weight"));
  const std::int64_t groups = c.attributes.integer("groups");
  if (x.rank() != weight.rank() || weight[1] * groups != x[1] || weight[0] % groups != 0) {
    return c.error(ErrorCode::kShapeMismatch, "weight expects {} input channels, input has {} (input {}, weight {}, groups {})",
                   weight[1] * groups, x[1], x, weight, groups);
  }
  LEPTON_TRY(const std::vector<WindowAxis> axes, window_axes(c.op.name, spatial, kernel, c.attributes));
  Dims dims = {x[0], weight[0]};
  for (const WindowAxis& axis : axes) dims.push_back(axis.output);
  return Shape(std::move(dims));
}

std::vector<ConvCase> conv_cases() {
  return {
      {{2, 3, 7}, {4, 3, 3}, {2, 4, 5}, {}},
      {{1, 2, 8}, {3, 2, 4}, {1, 3, 4}, {{"strides", {2}}, {"padding", "same"}}},
      {{2, 3, 6, 5}, {4, 3, 3, 3}, {2, 4, 4, 3}, {}},
      {{2, 3, 6, 5}, {4, 3, 3, 2}, {2, 4, 3, 3}, {{"strides", {2, 2}}, {"padding", "same"}}},
      {{1, 4, 7, 7}, {6, 2, 3, 3}, {1, 6, 4, 3}, {{"groups", 2}, {"strides", {2, 3}}, {"pads", {1, 1, 2, 1}}}},
      {{2, 4, 5, 6}, {4, 1, 3, 3}, {2, 4, 5, 6}, {{"groups", 4}, {"padding", "same"}}},
      {{1, 2, 9, 8}, {3, 2, 3, 3}, {1, 3, 5, 4}, {{"dilations", {2, 2}}, {"padding", "valid"}}},
      {{1, 2, 4, 5, 4}, {3, 2, 2, 3, 2}, {1, 3, 3, 3, 3}, {}},
      {{1, 2, 4, 5, 4}, {2, 1, 3, 3, 3}, {1, 2, 2, 3, 2}, {{"groups", 2}, {"strides", {2, 2, 2}}, {"padding", "same"}}},
  };
}

}  // namespace lepton::ops
