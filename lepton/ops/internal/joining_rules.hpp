// What operators that join or part tensors along an axis share.
#pragma once

#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

/// The shape of operands [first, …) one after another along attribute "axis". Errors: kShapeMismatch unless all other axes agree,
/// kDtypeMismatch unless all dtypes do.
Result<Shape> joined_shape(const InferContext& context, std::size_t first);

}  // namespace lepton::ops
