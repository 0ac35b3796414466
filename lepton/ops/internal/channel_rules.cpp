// Broadcasting and summing along channels.
#include "lepton/ops/internal/channel_rules.hpp"

#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

std::vector<std::int64_t> other_axes(const Value& x) {
  std::vector<std::int64_t> axes = {0};
  for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  return axes;
}

}  // namespace

Value along_channels(const Value& vector, const Value& like) {
  std::vector<std::int64_t> axes;
  for (int axis = 2; axis < like.rank(); ++axis) axes.push_back(axis - 1);
  return axes.empty() ? vector : expand_dims(vector, axes);
}

Value channel_sums(const Value& x) { return sum(x, {.axes = other_axes(x)}); }
Value channel_count(const Value& x) { return axis_size(x, other_axes(x)); }

Result<void> check_channel_vectors(const InferContext& c, std::size_t first, std::size_t last) {
  const Shape& x = c.shape(0);
  if (x.rank() < 2) return c.error(ErrorCode::kShapeMismatch, "x must be [N, C, …] (x {})", x);
  for (std::size_t i = first; i <= last; ++i) {
    if (c.shape(i) != Shape{x[1]}) {
      return c.error(ErrorCode::kShapeMismatch, "'{}' must have one value for each of the {} channels (got {})", c.op.inputs[i].name, x[1],
                     c.shape(i));
    }
  }
  return {};
}

}  // namespace lepton::ops
