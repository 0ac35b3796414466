// Shapes and samples of gathering.
#include "lepton/ops/internal/gather_rules.hpp"

namespace lepton::ops {

Result<Shape> gathered_shape(const InferContext& c, const Shape& x) {
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), x.rank(), c.op.name));
  Dims dims(x.dims().begin(), x.dims().begin() + axis);
  for (const std::int64_t dim : c.shape(1).dims()) dims.push_back(dim);
  dims.insert(dims.end(), x.dims().begin() + axis + 1, x.dims().end());
  return Shape(std::move(dims));
}

std::vector<AttributeDef> gather_attributes() { return {{"axis", std::int64_t{0}, any_value, "axis that is indexed"}}; }

Result<Shape> tuple_gathered_shape(const InferContext& c, const Shape& x, std::int64_t batch_dims) {
  const Shape& indices = c.shape(1);
  if (indices.rank() < 1) return c.error(ErrorCode::kShapeMismatch, "indices need an axis for their tuples (indices {})", indices);
  const std::int64_t depth = indices[-1];
  if (batch_dims >= indices.rank() || batch_dims + depth > x.rank()) {
    return c.error(ErrorCode::kShapeMismatch, "{} batch axes and {} indices a tuple do not fit (x {}, indices {})", batch_dims, depth, x,
                   indices);
  }
  Dims dims;
  for (int axis = 0; axis + 1 < indices.rank(); ++axis) {
    if (axis < batch_dims && indices[axis] != x[axis]) {
      return c.error(ErrorCode::kShapeMismatch, "batch axis {} must agree (x {}, indices {})", axis, x, indices);
    }
    dims.push_back(indices[axis]);
  }
  for (auto axis = static_cast<int>(batch_dims + depth); axis < x.rank(); ++axis) dims.push_back(x[axis]);
  return Shape(std::move(dims));
}

std::vector<GatherCase> gather_cases() {
  return {{{5}, {{7}, -5, 5, DType::kI64}, {7}},
          {{4, 3}, {{2, 5}, 0, 4, DType::kI32}, {2, 5, 3}},
          {{2, 4, 3}, {{6}, 0, 4, DType::kI64}, {2, 6, 3}, {{"axis", 1}}},
          {{2, 4}, {{}, 0, 4, DType::kI64}, {2}, {{"axis", -1}}},
          {{3, 2}, {{0}, 0, 3, DType::kI64}, {0, 2}}};
}

std::vector<GatherCase> tuple_gather_cases() {
  return {{{4, 3}, {{5, 2}, 0, 3, DType::kI64}, {5}},
          {{4, 3}, {{2, 5, 1}, -4, 4, DType::kI32}, {2, 5, 3}},
          {{2, 3, 4}, {{2, 6, 1}, 0, 3, DType::kI64}, {2, 6, 4}, {{"batch_dims", 1}}},
          {{2, 3}, {{0, 1}, 0, 2, DType::kI64}, {0, 3}}};
}

Result<void> check_reduction(const InferContext& c) {
  const std::string& reduction = c.attributes.text("reduction");
  if (reduction != "none" && reduction != "add")
    return c.error(ErrorCode::kInvalidArgument, "reduction must be none or add, got '{}'", reduction);
  return {};
}

std::vector<AttributeDef> reduction_attribute() {
  return {{"reduction", "none", any_value,
           "none: the update replaces the element (the last one wins, and has the gradient of all, where "
           "indices repeat); add: it is added"}};
}

}  // namespace lepton::ops
