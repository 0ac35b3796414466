// What the gathering operators and their gradients share.
#pragma once

#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

/// Shape of the slices of `x` that input 1, the indices, picks along attribute "axis".
Result<Shape> gathered_shape(const InferContext& context, const Shape& x);
std::vector<AttributeDef> gather_attributes();

/// The same for tuples of indices (input 1: [batch…, …, depth]) with attribute "batch_dims".
Result<Shape> tuple_gathered_shape(const InferContext& context, const Shape& x, std::int64_t batch_dims);

struct GatherCase {
  Shape x;
  SampleInput indices;
  Shape y;
  Attributes attributes = {};
};
std::vector<GatherCase> gather_cases();
std::vector<GatherCase> tuple_gather_cases();

/// Checks attribute "reduction": none or add.
Result<void> check_reduction(const InferContext& context);
std::vector<AttributeDef> reduction_attribute();

}  // namespace lepton::ops
