// Shared rules of concat and its inverse.
#include "lepton/ops/internal/joining_rules.hpp"

#include "lepton/ops/shape.hpp"

namespace lepton::ops {

Result<Shape> joined_shape(const InferContext& c, std::size_t first) {
  if (c.inputs.size() <= first) return c.error(ErrorCode::kInvalidArgument, "needs at least one operand");
  Shape shape = c.shape(first);
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), shape.rank(), c.op.name));
  for (std::size_t i = first + 1; i < c.inputs.size(); ++i) {
    if (c.inputs[i].dtype != c.inputs[first].dtype) {
      return c.error(ErrorCode::kDtypeMismatch, "operands must have equal dtypes ({} and {})", name_of(c.inputs[first].dtype),
                     name_of(c.inputs[i].dtype));
    }
    Shape other = c.shape(i);
    const std::int64_t along = other.rank() == shape.rank() ? other[axis] : 0;
    if (other.rank() == shape.rank()) other[axis] = shape[axis];
    if (other != shape) {
      return c.error(ErrorCode::kShapeMismatch, "operands must agree in all axes but {} ({} and {})", axis, c.shape(first), c.shape(i));
    }
    shape[axis] += along;
  }
  return shape;
}

std::vector<Value> joined_gradients(const RuleContext& c) {
  std::vector<Value> parts;
  for (std::size_t i = 0; i < c.grads.size(); ++i) parts.push_back(c.grads[i].defined() ? c.grads[i] : zeros_like(c.outputs[i]));
  return {concat<Value>(parts, c.attributes.integer("axis"))};
}

}  // namespace lepton::ops
