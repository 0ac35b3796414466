// What adaptive poolings and their gradients share.
#pragma once

#include "lepton/ops/internal/pool_rules.hpp"

namespace lepton::ops {

/// output_size.
std::vector<AttributeDef> adaptive_pool_attributes();
/// Shape of the pooled x.
Result<Shape> adaptive_pool_output_shape(const InferContext& context, const Shape& x);
/// Sample shapes with windows that divide the input, that overlap and that are single elements.
std::vector<PoolCase> adaptive_pool_cases();
std::vector<Reject> adaptive_pool_rejects();

}  // namespace lepton::ops
