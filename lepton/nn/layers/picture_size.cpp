// Resizing, CenterCrop, RandomCrop.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "lepton/nn/internal/preprocessing_parts.hpp"
#include "lepton/nn/layers/pictures.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/pooling.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

struct Size {
  std::int64_t height, width;
};

Size size_of(LayerContext& c) { return {c.integer("height"), c.integer("width")}; }

// Of a picture [N, height, width, C].
Size known_size(const Value& x) {
  const Size size{x.dim(1), x.dim(2)};
  if (size.height == kAnyDim || size.width == kAnyDim)
    fail(ErrorCode::kInvalidArgument, "needs inputs of known height and width: give the model's input a shape (shape {})", x.shape());
  return size;
}

// ---- interpolation ------------------------------------------------------------------------------------------------------------------

// Weights at a distance in elements, and how far they reach.
struct Kernel {
  double radius;
  double (*weight)(double radius, double distance);
};

double triangle(double, double d) { return std::max(0.0, 1 - d); }
double keys(double, double d) {
  if (d >= 2) return 0;
  return d >= 1 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : (1.5 * d - 2.5) * d * d + 1;
}
double lanczos(double radius, double d) {
  if (d > radius) return 0;
  const double angle = std::numbers::pi * d;
  return d > 1e-3 ? radius * std::sin(angle) * std::sin(angle / radius) / (angle * angle) : 1;
}

Kernel kernel_of(const std::string& interpolation) {
  if (interpolation == "bilinear") return {1, triangle};
  if (interpolation == "bicubic") return {2, keys};
  return {interpolation == "lanczos3" ? 3.0 : 5.0, lanczos};
}

// Row o has the weights of the elements that make result o. Those outside the picture are left out and the others sum to 1.
Tensor weights_along(std::int64_t in, std::int64_t out, const Kernel& kernel, bool antialias) {
  const double scale = static_cast<double>(in) / static_cast<double>(out), spread = antialias ? std::max(scale, 1.0) : 1.0;
  Tensor weights = Tensor::empty(DType::kF64, {out, in});
  double* row = weights.span<double>().data();
  for (std::int64_t o = 0; o < out; ++o, row += in) {
    const double place = (static_cast<double>(o) + 0.5) * scale - 0.5;
    for (std::int64_t i = 0; i < in; ++i) row[i] = kernel.weight(kernel.radius, std::abs(place - static_cast<double>(i)) / spread);
    const double sum = std::accumulate(row, row + in, 0.0);
    std::for_each(row, row + in, [sum](double& w) { w /= sum; });
  }
  return weights;
}

// x: [N, C, h, w]; each axis is a matrix product.
Value weighted(LayerContext& c, const Value& x, const Size& target, const Kernel& kernel, bool antialias) {
  const auto along = [&](int axis, std::int64_t out) {
    return ops::constant(c.builder(), weights_along(x.dim(axis), out, kernel, antialias).cast(x.dtype()));
  };
  const Value wide = ops::matmul(x, along(3, target.width), {.transpose_b = true});
  return ops::matmul(along(2, target.height), wide);
}

// x: [N, height, width, C].
Feature resized(LayerContext& c, const Value& x, const Size& target, const std::string& interpolation = "bilinear",
                bool antialias = false) {
  const Value first = Feature(x).channels_first();
  if (interpolation == "nearest" || (interpolation == "bilinear" && !antialias)) {
    const bool nearest = interpolation == "nearest";
    return {ops::resize(first, {.sizes = {target.height, target.width},
                                .mode = nearest ? "nearest" : "linear",
                                .rounding = nearest ? "prefer_ceil" : "prefer_floor"}),
            Feature::Order::kChannelsFirst};
  }
  known_size(x);
  return {weighted(c, first, target, kernel_of(interpolation), antialias), Feature::Order::kChannelsFirst};
}

// ---- windows ------------------------------------------------------------------------------------------------------------------------

Value window(const Value& x, std::int64_t top, std::int64_t left, const Size& size) {
  return ops::slice(x, {.starts = {top, left}, .ends = {top + size.height, left + size.width}, .axes = {1, 2}});
}

// The size that has the target's aspect ratio, one axis as it is, with Keras's rounding.
Size at_aspect(const Size& size, const Size& target, bool inside) {
  const auto scaled = [](std::int64_t a, std::int64_t b, std::int64_t by) {
    return static_cast<std::int64_t>(static_cast<double>(a) * static_cast<double>(b) / static_cast<double>(by));
  };
  const Size other{scaled(size.width, target.height, target.width), scaled(size.height, target.width, target.height)};
  if (!inside) return {std::max(size.height, other.height), std::max(size.width, other.width)};
  return {std::clamp<std::int64_t>(other.height, 1, size.height), std::clamp<std::int64_t>(other.width, 1, size.width)};
}

Value cropped_to_aspect(const Value& x, const Size& target) {
  const Size size = known_size(x), kept = at_aspect(size, target, true);
  return window(x, (size.height - kept.height) / 2, (size.width - kept.width) / 2, kept);
}

Value padded_to_aspect(const Value& x, const Size& target, double fill_value) {
  const Size size = known_size(x), wanted = at_aspect(size, target, false);
  const std::int64_t rows = (wanted.height - size.height) / 2, columns = rows > 0 ? 0 : (wanted.width - size.width) / 2;
  return ops::pad(x, {0, rows, columns, 0, 0, rows, columns, 0}, "constant", fill_value);
}

// ---- layers -------------------------------------------------------------------------------------------------------------------------

// What integers of that dtype would hold.
Value as_integers(const Value& y, DType dtype) {
  const Tensor extremes = Tensor::from<double>({-1e30, 1e30}, {2}).cast(dtype).cast(DType::kF64);
  return ops::clip(ops::round(y), extremes.span<double>()[0], extremes.span<double>()[1]);
}

std::vector<Feature> resizing(LayerContext& c, std::span<const Feature> inputs) {
  Value x = picture_input(c, inputs[0]);
  const Size target = size_of(c);
  const bool crop = c.flag("crop_to_aspect_ratio"), pad = c.flag("pad_to_aspect_ratio");
  if (crop && pad) fail(ErrorCode::kInvalidArgument, "give one of crop_to_aspect_ratio and pad_to_aspect_ratio");
  const std::string& interpolation = c.config().text("interpolation");
  constexpr std::array<std::string_view, 5> kKnown = {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"};
  if (std::ranges::find(kKnown, interpolation) == kKnown.end())
    fail(ErrorCode::kInvalidArgument, "interpolation must be nearest, bilinear, bicubic, lanczos3 or lanczos5, got '{}'", interpolation);
  if (c.config().text("fill_mode") != "constant")
    fail(ErrorCode::kInvalidArgument, "fill_mode must be constant, got '{}'", c.config().text("fill_mode"));
  if (crop) x = cropped_to_aspect(x, target);
  if (pad) x = padded_to_aspect(x, target, c.number("fill_value"));
  Feature y = resized(c, x, target, interpolation, c.flag("antialias"));
  if (const DType given = inputs[0].value.dtype(); !is_float(given)) y = y.with(as_integers(y.value, given));
  return {y};
}

std::vector<Feature> center_crop(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = picture_input(c, inputs[0]);
  const Size size = known_size(x), target = size_of(c);
  if (size.height < target.height || size.width < target.width) return {resized(c, cropped_to_aspect(x, target), target)};
  return {Feature(window(x, (size.height - target.height) / 2, (size.width - target.width) / 2, target))};
}

std::vector<Feature> random_crop(LayerContext& c, std::span<const Feature> inputs) {
  Value x = picture_input(c, inputs[0]);
  const Size size = known_size(x), target = size_of(c);
  if (!c.training() || size.height < target.height || size.width < target.width) return {resized(c, cropped_to_aspect(x, target), target)};
  const auto cut = [&](int axis, std::int64_t wanted) {
    const double places = static_cast<double>(x.dim(axis) - wanted + 1);
    const Value start = ops::cast(ops::random_uniform(c.random_key(), {1}, 0, places, {.stream = c.next_stream()}), DType::kI64);
    std::vector<std::int64_t> offsets(static_cast<std::size_t>(wanted));
    std::iota(offsets.begin(), offsets.end(), 0);
    x = ops::gather(x, ops::add(start, ops::constant(c.builder(), Tensor::from(offsets, {wanted}))), axis);
  };
  cut(1, target.height);
  cut(2, target.width);
  return {Feature(x)};
}

LayerDef sized(std::string_view name, std::string_view summary, LayerBuild build) {
  return {.name = name,
          .summary = summary,
          .config = {{"height", 1, positive, "of the result", true}, {"width", 1, positive, "of the result", true}},
          .build = std::move(build)};
}

Layer make(std::string_view name, std::int64_t height, std::int64_t width, const LayerOptions& o) {
  return Layer(get_layer(name), {{"height", height}, {"width", width}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace

std::vector<LayerDef> picture_size_layers() {
  LayerDef resizing_def = sized("Resizing", "Resizes pictures.", resizing);
  resizing_def.config.insert(
      resizing_def.config.end(),
      {{"interpolation", "bilinear", any_value, "nearest, bilinear, bicubic, lanczos3 or lanczos5"},
       {"crop_to_aspect_ratio", false, any_value, "the largest window in the middle that has the target's aspect ratio"},
       {"pad_to_aspect_ratio", false, any_value, "borders of fill_value until the picture has it"},
       {"fill_mode", "constant", any_value, "constant"},
       {"fill_value", 0.0, any_value, "of the borders"},
       {"antialias", false, any_value, "smooths before it shrinks"}});
  return {resizing_def, sized("CenterCrop", "Cuts the middle out of pictures.", center_crop),
          sized("RandomCrop", "Cuts pictures at a random place while training.", random_crop)};
}

Layer Resizing(std::int64_t height, std::int64_t width, const ResizingOptions& o) {
  return Layer(get_layer("Resizing"),
               {{"height", height},
                {"width", width},
                {"interpolation", o.interpolation},
                {"crop_to_aspect_ratio", o.crop_to_aspect_ratio},
                {"pad_to_aspect_ratio", o.pad_to_aspect_ratio},
                {"fill_value", o.fill_value},
                {"antialias", o.antialias},
                {"input_shape", o.input_shape}},
               o.name);
}
Layer CenterCrop(std::int64_t height, std::int64_t width, const LayerOptions& o) { return make("CenterCrop", height, width, o); }
Layer RandomCrop(std::int64_t height, std::int64_t width, const LayerOptions& o) { return make("RandomCrop", height, width, o); }

}  // namespace lepton::nn
