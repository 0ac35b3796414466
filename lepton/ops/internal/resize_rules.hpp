// What resize and its gradient share.
#pragma once

#include "lepton/ops/internal/window_rules.hpp"

namespace lepton::ops {

std::vector<AttributeDef> resize_attributes();
/// Shape of the resized x.
Result<Shape> resize_output_shape(const InferContext& context, const Shape& x);

struct ResizeCase {
  Shape x, y;
  Attributes attributes;
};
std::vector<ResizeCase> resize_cases();

}  // namespace lepton::ops
