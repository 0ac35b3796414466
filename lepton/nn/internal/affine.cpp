// Each result is a weighted sum of the four elements around its place, or the nearest one.
#include "lepton/nn/internal/affine.hpp"

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

// The places that one axis adds to a result, with their weights (undefined: 1).
struct Tap {
  Value index;   // i64 [N, height, width], inside
  Value inside;  // bool, undefined if nothing lies outside
  Value weight;
};

Tap tap(const Value& index, const Value& weight, const Value& size, const std::string& fill_mode) {
  if (fill_mode == "wrap") return {ops::mod(index, size), {}, weight};
  if (fill_mode == "reflect") {
    // A triangular wave over twice the size, on odd numbers so that the border lies between two elements.
    const Value wave = ops::abs(ops::mod(index * 2 + 1 + size * 2, size * 4) - size * 2);
    return {(wave - 1) / 2, {}, weight};
  }
  const Value zero = ops::constant_like(index, 0), last = size - 1;
  Tap made{ops::minimum(ops::maximum(index, zero), last), {}, weight};
  if (fill_mode == "constant") made.inside = ops::logical_and(ops::greater_equal(index, zero), ops::less_equal(index, last));
  return made;
}

// `place`: where along the axis, a float.
std::vector<Tap> taps(const Value& place, const Value& size, const AffineOptions& o) {
  const auto whole = [](const Value& v) { return ops::cast(v, DType::kI64); };
  if (o.interpolation == "nearest") {
    const Value rounded = ops::sign(place) * ops::floor(ops::abs(place) + 0.5);  // halves away from 0, as Keras
    return {tap(whole(rounded), {}, size, o.fill_mode)};
  }
  const Value low = ops::floor(place), share = place - low;
  const Value index = whole(low);
  return {tap(index, 1 - share, size, o.fill_mode), tap(index + 1, share, size, o.fill_mode)};
}

Value pick(const Value& x, const Tap& row, const Tap& column, double fill_value) {
  Value y = ops::gather_nd(x, ops::stack<Value>({row.index, column.index}, -1), 1);
  const auto over_channels = [](const Value& v) { return ops::expand_dims(v, {-1}); };
  if (row.inside.defined())
    y = ops::where(over_channels(ops::logical_and(row.inside, column.inside)), y, ops::constant_like(y, fill_value));
  if (row.weight.defined()) y = y * ops::cast(over_channels(row.weight * column.weight), y.dtype());
  return y;
}

}  // namespace

void check_affine_options(const AffineOptions& o) {
  if (o.interpolation != "bilinear" && o.interpolation != "nearest")
    fail(ErrorCode::kInvalidArgument, "interpolation must be bilinear or nearest, got '{}'", o.interpolation);
  if (o.fill_mode != "reflect" && o.fill_mode != "wrap" && o.fill_mode != "nearest" && o.fill_mode != "constant")
    fail(ErrorCode::kInvalidArgument, "fill_mode must be reflect, wrap, nearest or constant, got '{}'", o.fill_mode);
}

Value places_along(const Value& x, int axis, DType dtype) {
  const Value plane = ops::squeeze(ops::slice(x, {.starts = {0}, .ends = {1}, .axes = {3}}), {3});
  return ops::iota(plane, axis, dtype);
}

Value affine_transform(const Value& x, const AffineMap& map, const AffineOptions& options) {
  check_affine_options(options);
  const Value column = places_along(x, 2, map.a0.dtype()), row = places_along(x, 1, map.a0.dtype());
  const auto size = [&](std::int64_t axis) { return ops::cast(ops::axis_size(column, {axis}), DType::kI64); };
  const std::vector<Tap> rows = taps(map.b0 * column + map.b1 * row + map.b2, size(1), options);
  const std::vector<Tap> columns = taps(map.a0 * column + map.a1 * row + map.a2, size(2), options);
  Value sum;
  for (const Tap& r : rows) {
    for (const Tap& c : columns) {
      const Value part = pick(x, r, c, options.fill_value);
      sum = sum.defined() ? sum + part : part;
    }
  }
  return sum;
}

}  // namespace lepton::nn
