// RandomFlip, RandomRotation, RandomZoom, RandomTranslation, RandomContrast: one draw for each picture of the batch, in training only.
#include <algorithm>
#include <numbers>

#include "lepton/nn/internal/affine.hpp"
#include "lepton/nn/internal/preprocessing_parts.hpp"
#include "lepton/nn/layers/pictures.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

bool are_bounds(const Attribute& a) {
  const auto* bounds = std::get_if<std::vector<double>>(&a.value());
  return bounds != nullptr && bounds->size() <= 2 && std::ranges::all_of(*bounds, [](double v) { return v >= -1 && v <= 1; });
}
constexpr Constraint kBounds = {"must be one number or a lower and an upper bound, in [-1, 1]", are_bounds};

struct Bounds {
  double lower, upper;
};

Bounds bounds_of(LayerContext& c, std::string_view name) {
  std::vector<double> given = c.config().get<std::vector<double>>(name);
  if (given.empty()) fail(ErrorCode::kInvalidArgument, "{} needs a number or two bounds", name);
  if (given.size() == 1) given = {-std::abs(given[0]), std::abs(given[0])};
  std::ranges::sort(given);
  return {given[0], given[1]};
}

// Coordinates and draws are single precision or better, whatever the model's dtype.
DType wide_dtype(LayerContext& c) { return c.dtype() == DType::kF64 ? DType::kF64 : DType::kF32; }

// A number in [lower, upper) for each picture. Shapes: x: [N, h, w, C]; result: [N, 1, 1, 1].
Value draw(LayerContext& c, const Value& x, double lower, double upper) {
  const Value one_each = ops::slice(x, {.starts = {0, 0, 0}, .ends = {1, 1, 1}, .axes = {1, 2, 3}});
  return ops::random_uniform_like(c.random_key(), one_each, lower, upper, {.dtype = wide_dtype(c), .stream = c.next_stream()});
}

// The same as [N, 1, 1].
Value draw_for_map(LayerContext& c, const Value& x, const Bounds& bounds) {
  return ops::squeeze(draw(c, x, bounds.lower, bounds.upper), {3});
}

// Rows (axis 1) or columns (axis 2) as a scalar.
Value length_along(LayerContext& c, const Value& x, std::int64_t axis) {
  return ops::axis_size(places_along(x, static_cast<int>(axis), wide_dtype(c)), {axis});
}

Feature transformed(LayerContext& c, const Value& x, const AffineMap& map) {
  const Attributes& config = c.config();
  return affine_transform(x, map, {config.text("interpolation"), config.text("fill_mode"), config.number("fill_value")});
}

void check_transform(LayerContext& c) { check_affine_options({c.config().text("interpolation"), c.config().text("fill_mode")}); }

std::vector<Feature> rotation(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = picture_input(c, inputs[0]);
  const Bounds factor = bounds_of(c, "factor");
  check_transform(c);
  if (!c.training()) return {Feature(x)};
  const Value angle = draw_for_map(c, x, factor) * (2 * std::numbers::pi);
  const Value cosine = ops::cos(angle), sine = ops::sin(angle);
  const Value middle_x = (length_along(c, x, 2) - 1) / 2, middle_y = (length_along(c, x, 1) - 1) / 2;
  return {transformed(
      c, x, {cosine, -sine, middle_x - middle_x * cosine + middle_y * sine, sine, cosine, middle_y - middle_x * sine - middle_y * cosine})};
}

std::vector<Feature> zoom(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = picture_input(c, inputs[0]);
  const Bounds height = bounds_of(c, "height_factor");
  const bool one_factor = c.config().get<std::vector<double>>("width_factor").empty();
  const Bounds width = one_factor ? height : bounds_of(c, "width_factor");
  if (height.lower == -1 || width.lower == -1) fail(ErrorCode::kInvalidArgument, "a zoom by -1 leaves nothing of the picture");
  check_transform(c);
  if (!c.training()) return {Feature(x)};
  const Value down = draw_for_map(c, x, {1 + height.lower, 1 + height.upper});
  const Value across = one_factor ? down : draw_for_map(c, x, {1 + width.lower, 1 + width.upper});
  const Value zero = down * 0;
  const auto kept_middle = [&](std::int64_t axis, const Value& scale) { return (length_along(c, x, axis) - 1) / 2 * (1 - scale); };
  return {transformed(c, x, {across, zero, kept_middle(2, across), zero, down, kept_middle(1, down)})};
}

std::vector<Feature> translation(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = picture_input(c, inputs[0]);
  const Bounds height = bounds_of(c, "height_factor"), width = bounds_of(c, "width_factor");
  check_transform(c);
  if (!c.training()) return {Feature(x)};
  const Value down = draw_for_map(c, x, height) * length_along(c, x, 1), right = draw_for_map(c, x, width) * length_along(c, x, 2);
  const Value zero = down * 0, one = zero + 1;
  return {transformed(c, x, {one, zero, -right, zero, one, -down})};
}

std::vector<Feature> flip(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = picture_input(c, inputs[0]);
  const std::string& mode = c.config().text("mode");
  if (mode != "horizontal" && mode != "vertical" && mode != "horizontal_and_vertical")
    fail(ErrorCode::kInvalidArgument, "mode must be horizontal, vertical or horizontal_and_vertical, got '{}'", mode);
  if (!c.training()) return {Feature(x)};
  Value y = x;
  const auto maybe = [&](std::int64_t axis) {
    const Value number = draw(c, x, 0, 1);
    y = ops::where(ops::less(number, ops::constant_like(number, 0.5)), ops::flip(y, {axis}), y);
  };
  if (mode != "vertical") maybe(2);
  if (mode != "horizontal") maybe(1);
  return {Feature(y)};
}

std::vector<Feature> contrast(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = picture_input(c, inputs[0]);
  const auto& range = c.config().get<std::vector<double>>("value_range");
  if (range.size() != 2 || !(range[0] < range[1]))
    fail(ErrorCode::kInvalidArgument, "value_range must be the smallest and the largest value");
  const bool one_number = c.config().get<std::vector<double>>("factor").size() == 1;
  const Bounds factor = bounds_of(c, "factor");
  if (!c.training()) return {Feature(x)};
  const Value spread = draw(c, x, 1 - (one_number ? factor.upper : factor.lower), 1 + factor.upper);
  const Value mean = ops::mean(x, {.axes = {1, 2}, .keepdims = true});
  return {Feature(ops::clip((x - mean) * ops::cast(spread, x.dtype()) + mean, range[0], range[1]))};
}

AttributeDef bounds(std::string_view name, std::string_view doc, bool required = true) {
  return {name, std::vector<double>{}, kBounds, doc, required};
}

LayerDef transform(std::string_view name, std::string_view summary, std::vector<AttributeDef> config, LayerBuild build) {
  config.push_back({"fill_mode", "reflect", any_value, "outside: reflect, wrap, nearest or constant"});
  config.push_back({"interpolation", "bilinear", any_value, "bilinear or nearest"});
  config.push_back({"fill_value", 0.0, any_value, "of constant"});
  return {.name = name, .summary = summary, .config = std::move(config), .build = std::move(build)};
}

Layer make(std::string_view name, Attributes config, const RandomTransformOptions& o) {
  config.set("fill_mode", o.fill_mode);
  config.set("interpolation", o.interpolation);
  config.set("fill_value", o.fill_value);
  config.set("input_shape", o.input_shape);
  return Layer(get_layer(name), config, o.name);
}

}  // namespace

std::vector<LayerDef> picture_change_layers() {
  return {transform("RandomRotation", "Turns pictures while training.", {bounds("factor", "in full turns, counter-clockwise")}, rotation),
          transform("RandomZoom", "Zooms pictures while training.",
                    {bounds("height_factor", "0.2 shows 20 % more, -0.2 less"),
                     bounds("width_factor", "the same for the width; empty: one number for both axes", false)},
                    zoom),
          transform("RandomTranslation", "Moves pictures while training.",
                    {bounds("height_factor", "down, in heights"), bounds("width_factor", "right, in widths")}, translation),
          {.name = "RandomFlip",
           .summary = "Mirrors pictures half of the time while training.",
           .config = {{"mode", "horizontal_and_vertical", any_value, "horizontal, vertical or horizontal_and_vertical"}},
           .build = flip},
          {.name = "RandomContrast",
           .summary = "Spreads the values of pictures around their mean while training.",
           .config = {bounds("factor", "by a number in [1 - lower, 1 + upper]"),
                      {"value_range", std::vector<double>{0, 255}, any_value, "results are cut to it"}},
           .build = contrast}};
}

Layer RandomRotation(const Factor& factor, const RandomTransformOptions& o) {
  return make("RandomRotation", {{"factor", factor.bounds}}, o);
}
Layer RandomZoom(const Factor& height, const std::optional<Factor>& width, const RandomTransformOptions& o) {
  const std::vector<double> none;
  return make("RandomZoom", {{"height_factor", height.bounds}, {"width_factor", width ? width->bounds : none}}, o);
}
Layer RandomTranslation(const Factor& height, const Factor& width, const RandomTransformOptions& o) {
  return make("RandomTranslation", {{"height_factor", height.bounds}, {"width_factor", width.bounds}}, o);
}
Layer RandomFlip(const std::string& mode, const LayerOptions& o) {
  return Layer(get_layer("RandomFlip"), {{"mode", mode}, {"input_shape", o.input_shape}}, o.name);
}
Layer RandomContrast(const Factor& factor, const RandomContrastOptions& o) {
  return Layer(get_layer("RandomContrast"), {{"factor", factor.bounds}, {"value_range", o.value_range}, {"input_shape", o.input_shape}},
               o.name);
}

}  // namespace lepton::nn
