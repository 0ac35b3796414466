// Adaptive pooling: windows of such sizes that the result has a given size. Window i of n over an axis of length L is [⌊iL/n⌋, ⌈(i+1)L/n⌉);
// windows are boxes, so one axis is pooled after the other.
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/pooling.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

Value pooled(const Value& x, std::int64_t axis, std::int64_t size, bool max) {
  const std::int64_t length = x.dim(static_cast<int>(axis));
  if (length == kAnyDim) fail(ErrorCode::kUnsupported, "the size of axis {} must be known", axis - 1);
  if (length == size) return x;
  std::vector<Value> parts;
  for (std::int64_t i = 0; i < size; ++i) {
    const Value window = ops::slice(x, {.starts = {i * length / size}, .ends = {((i + 1) * length + size - 1) / size}, .axes = {axis}});
    const ops::ReduceOptions reduce{.axes = {axis}, .keepdims = true};
    parts.push_back(max ? ops::max(window, reduce) : ops::mean(window, reduce));
  }
  return parts.size() == 1 ? parts[0] : ops::concat(parts, axis);
}

template <bool kMax, std::size_t kSpatial>
std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  Value x = spatial_input(inputs[0], kSpatial);
  const Dims& sizes = c.config().integers("output_size");
  if (sizes.size() != kSpatial && sizes.size() != 1)
    fail(ErrorCode::kInvalidArgument, "output_size needs {} numbers, got {}", kSpatial, sizes.size());
  for (std::size_t i = 0; i < kSpatial; ++i) x = pooled(x, static_cast<std::int64_t>(i) + 2, sizes.size() == 1 ? sizes[0] : sizes[i], kMax);
  return {Feature(x, Feature::Order::kChannelsFirst)};
}

template <bool kMax, std::size_t kSpatial>
LayerDef declare(std::string_view name) {
  return {
      .name = name,
      .summary = kMax ? "Largest value of as many windows as the result has places." : "Mean of as many windows as the result has places.",
      .config = {{"output_size", Dims{}, positive_integers, "size of the result; one number for all axes", true}},
      .build = build<kMax, kSpatial>};
}

Layer make(std::string_view name, const Dims& output_size, const LayerOptions& o) {
  return Layer(get_layer(name), {{"output_size", output_size}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace

std::vector<LayerDef> adaptive_pool_layers() {
  return {declare<false, 1>("AdaptiveAveragePooling1D"), declare<false, 2>("AdaptiveAveragePooling2D"),
          declare<false, 3>("AdaptiveAveragePooling3D"), declare<true, 1>("AdaptiveMaxPooling1D"),
          declare<true, 2>("AdaptiveMaxPooling2D"),      declare<true, 3>("AdaptiveMaxPooling3D")};
}

Layer AdaptiveAveragePooling1D(std::int64_t output_size, const LayerOptions& o) {
  return make("AdaptiveAveragePooling1D", {output_size}, o);
}
Layer AdaptiveAveragePooling2D(const Dims& output_size, const LayerOptions& o) { return make("AdaptiveAveragePooling2D", output_size, o); }
Layer AdaptiveAveragePooling3D(const Dims& output_size, const LayerOptions& o) { return make("AdaptiveAveragePooling3D", output_size, o); }
Layer AdaptiveMaxPooling1D(std::int64_t output_size, const LayerOptions& o) { return make("AdaptiveMaxPooling1D", {output_size}, o); }
Layer AdaptiveMaxPooling2D(const Dims& output_size, const LayerOptions& o) { return make("AdaptiveMaxPooling2D", output_size, o); }
Layer AdaptiveMaxPooling3D(const Dims& output_size, const LayerOptions& o) { return make("AdaptiveMaxPooling3D", output_size, o); }

}  // namespace lepton::nn
