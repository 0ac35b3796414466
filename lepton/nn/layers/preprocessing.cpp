// Rescaling and Normalization.
#include "lepton/nn/layers/preprocessing.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/nn/internal/preprocessing_parts.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> rescale(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = in_model_dtype(c, inputs[0].value);
  Value y = ops::mul(x, ops::constant_like(x, c.number("scale")));
  if (c.number("offset") != 0) y = ops::add(y, ops::constant_like(y, c.number("offset")));
  return {inputs[0].with(y)};
}

std::vector<Feature> normalize(LayerContext& c, std::span<const Feature> inputs) {
  const auto& mean = c.config().get<std::vector<double>>("mean");
  const auto& variance = c.config().get<std::vector<double>>("variance");
  const Value x = in_model_dtype(c, inputs[0].logical());
  if (mean.size() != variance.size() || static_cast<std::int64_t>(mean.size()) != x.dim(-1)) {
    fail(ErrorCode::kInvalidArgument, "mean and variance need one value for each of the {} channels (got {} and {})", x.dim(-1),
         mean.size(), variance.size());
  }
  std::vector<double> factor;
  // A constant channel stays as it is but for its mean: Keras keeps the deviation above 1e-7 too.
  for (const double v : variance) factor.push_back(1 / std::max(std::sqrt(v), 1e-7));
  const Shape shape = {static_cast<std::int64_t>(mean.size())};
  const auto constant = [&](const std::vector<double>& values) {
    return ops::constant(c.builder(), Tensor::from(values, shape).cast(c.dtype()));
  };
  return {Feature(ops::mul(ops::sub(x, constant(mean)), constant(factor)))};
}

}  // namespace

std::vector<LayerDef> preprocessing_layers() {
  return {{.name = "Rescaling",
           .summary = "Multiplies by scale and adds offset.",
           .config = {{"scale", 1.0, any_value, "factor", true}, {"offset", 0.0, any_value, "added after scaling"}},
           .passes_mask = true,
           .build = rescale},
          {.name = "Normalization",
           .summary = "Subtracts each channel's mean and divides by its deviation.",
           .config = {{"mean", std::vector<double>{}, any_value, "of each channel", true},
                      {"variance", std::vector<double>{}, any_value, "of each channel", true}},
           .passes_mask = true,
           .build = normalize}};
}

Layer Rescaling(double scale, const RescalingOptions& o) {
  return Layer(get_layer("Rescaling"), {{"scale", scale}, {"offset", o.offset}, {"input_shape", o.input_shape}}, o.name);
}

Layer Normalization(const NormalizationOptions& o) {
  return Layer(get_layer("Normalization"), {{"mean", o.mean}, {"variance", o.variance}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace lepton::nn
