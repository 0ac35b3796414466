// What poolings and their gradients share.
#pragma once

#include "lepton/ops/internal/window_rules.hpp"

namespace lepton::ops {

/// window and the window attributes; averages also count_include_pad.
std::vector<AttributeDef> pool_attributes(bool average);
/// Shape of the pooled x.
Result<Shape> pool_output_shape(const InferContext& context, const Shape& x);

struct PoolCase {
  Shape x, y;
  Attributes attributes;
};
std::vector<PoolCase> pool_cases(bool average);
/// Input whose elements differ by more than a numeric gradient's step, so that no window has a tie.
SampleInput distinct_values(const Shape& shape);

/// Largest values of the windows of `x` (f64), as max_pool gives them.
Tensor pooled(const Tensor& x, const PoolCase& one);

}  // namespace lepton::ops
