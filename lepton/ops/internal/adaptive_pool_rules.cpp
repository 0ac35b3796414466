// Shape rule and samples of the adaptive poolings.
#include "lepton/ops/internal/adaptive_pool_rules.hpp"

#include <algorithm>

namespace lepton::ops {

std::vector<AttributeDef> adaptive_pool_attributes() {
  return {{"output_size", std::vector<std::int64_t>{}, positive_integers, "size of the result along each spatial axis", true}};
}

Result<Shape> adaptive_pool_output_shape(const InferContext& c, const Shape& x) {
  LEPTON_TRY(const std::vector<std::int64_t> spatial, spatial_sizes(c, x, "x"));
  const auto& sizes = c.attributes.integers("output_size");
  if (sizes.size() != spatial.size())
    return c.error(ErrorCode::kInvalidArgument, "output_size must have {} values, got {}", spatial.size(), sizes.size());
  if (std::ranges::find(spatial, 0) != spatial.end()) return c.error(ErrorCode::kShapeMismatch, "a spatial axis has no elements (x {})", x);
  Dims dims = {x[0], x[1]};
  dims.insert(dims.end(), sizes.begin(), sizes.end());
  return Shape(std::move(dims));
}

std::vector<PoolCase> adaptive_pool_cases() {
  return {{{2, 3, 7}, {2, 3, 3}, {{"output_size", {3}}}},
          {{2, 2, 6, 4}, {2, 2, 3, 2}, {{"output_size", {3, 2}}}},
          {{1, 2, 5, 7}, {1, 2, 1, 1}, {{"output_size", {1, 1}}}},
          {{1, 2, 2, 3}, {1, 2, 4, 3}, {{"output_size", {4, 3}}}},
          {{1, 2, 4, 3, 5}, {1, 2, 3, 2, 2}, {{"output_size", {3, 2, 2}}}}};
}

std::vector<Reject> adaptive_pool_rejects() {
  return {{{{{{1, 1, 4, 4}}}, {{"output_size", {2}}}}, ErrorCode::kInvalidArgument},
          {{{{{1, 1, 4}}}, {{"output_size", {0}}}}, ErrorCode::kInvalidArgument},
          {{{{{1, 1, 0}}}, {{"output_size", {2}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 4}}}, {{"output_size", std::vector<std::int64_t>{}}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace lepton::ops
