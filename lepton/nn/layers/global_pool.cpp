// Global pooling: one number per channel.
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/pooling.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

template <bool kMax, int kSpatial>
std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = spatial_input(inputs[0], kSpatial);
  std::vector<std::int64_t> axes;
  for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  const bool keepdims = c.flag("keepdims");
  if (const Value& mask = inputs[0].mask; mask.defined() && !kMax && kSpatial == 1) {
    const Value counts = ops::expand_dims(mask, {1}), weights = ops::cast(counts, x.dtype());
    const Value kept = ops::where(counts, x, ops::constant_like(x, 0));
    const Value mean = ops::div(ops::sum(kept, {.axes = axes, .keepdims = true}), ops::sum(weights, {.axes = axes, .keepdims = true}));
    return {keepdims ? Feature(mean, Feature::Order::kChannelsFirst) : Feature(ops::squeeze(mean, axes))};
  }
  const Value y = kMax ? ops::max(x, {.axes = axes, .keepdims = keepdims}) : ops::mean(x, {.axes = axes, .keepdims = keepdims});
  return {Feature(y, keepdims ? Feature::Order::kChannelsFirst : Feature::Order::kLogical)};
}

template <bool kMax, int kSpatial>
LayerDef declare(std::string_view name, std::string_view summary) {
  return {.name = name,
          .summary = summary,
          .config = {{"keepdims", false, any_value, "keep the spatial axes as size 1"}},
          .build = build<kMax, kSpatial>};
}

Layer make(std::string_view name, const GlobalPoolingOptions& o) {
  return Layer(get_layer(name), {{"keepdims", o.keepdims}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace

std::vector<LayerDef> global_pool_layers() {
  return {declare<true, 1>("GlobalMaxPooling1D", "Largest value of each channel."),
          declare<true, 2>("GlobalMaxPooling2D", "Largest value of each channel."),
          declare<true, 3>("GlobalMaxPooling3D", "Largest value of each channel."),
          declare<false, 1>("GlobalAveragePooling1D", "Mean of each channel over the steps that count."),
          declare<false, 2>("GlobalAveragePooling2D", "Mean of each channel."),
          declare<false, 3>("GlobalAveragePooling3D", "Mean of each channel.")};
}

Layer GlobalMaxPooling1D(const GlobalPoolingOptions& options) { return make("GlobalMaxPooling1D", options); }
Layer GlobalMaxPooling2D(const GlobalPoolingOptions& options) { return make("GlobalMaxPooling2D", options); }
Layer GlobalMaxPooling3D(const GlobalPoolingOptions& options) { return make("GlobalMaxPooling3D", options); }
Layer GlobalAveragePooling1D(const GlobalPoolingOptions& options) { return make("GlobalAveragePooling1D", options); }
Layer GlobalAveragePooling2D(const GlobalPoolingOptions& options) { return make("GlobalAveragePooling2D", options); }
Layer GlobalAveragePooling3D(const GlobalPoolingOptions& options) { return make("GlobalAveragePooling3D", options); }

}  // namespace lepton::nn
