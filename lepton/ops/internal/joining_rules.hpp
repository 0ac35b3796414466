// What operators that join or part tensors along an axis share.
#pragma once

#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

/// The shape of operands [first, …) one after another along attribute "axis". Errors: kShapeMismatch unless all other axes agree,
/// kDtypeMismatch unless all dtypes do.
Result<Shape> joined_shape(const InferContext& context, std::size_t first);

/// The gradient of parting a tensor along attribute "axis": the parts' gradients one after another, zeros where nothing flows back.
std::vector<Value> joined_gradients(const RuleContext& context);

}  // namespace lepton::ops
