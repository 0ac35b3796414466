// MaxPooling1D-3D and AveragePooling1D-3D.
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/pooling.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::nn {
namespace {

template <bool kMax>
std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const auto& window = c.config().integers("pool_size");
  const Value x = spatial_input(inputs[0], window.size());
  const auto& given = c.config().integers("strides");
  const ops::PoolOptions options{.strides = given.empty() ? window : given, .padding = c.config().text("padding")};
  const Value y = kMax ? ops::max_pool(x, window, options) : ops::avg_pool(x, window, options);
  return {Feature(y, Feature::Order::kChannelsFirst)};
}

template <bool kMax>
LayerDef declare(std::string_view name, std::string_view summary) {
  return {
      .name = name,
      .summary = summary,
      .config = {{"pool_size", std::vector<std::int64_t>{}, positive_integers, "window along each spatial axis", true},
                 {"strides", std::vector<std::int64_t>{}, positive_integers, "empty: as the window"},
                 {"padding", "valid", any_value, "valid or same"}},
      .build = build<kMax>,
  };
}

Layer make(std::string_view name, std::size_t rank, const Dims& pool_size, const PoolingOptions& o) {
  if (pool_size.size() != rank)
    fail(ErrorCode::kInvalidArgument, "{}: pool_size must have {} values, got {}", name, rank, pool_size.size());
  return Layer(get_layer(name), {{"pool_size", pool_size}, {"strides", o.strides}, {"padding", o.padding}, {"input_shape", o.input_shape}},
               o.name);
}

}  // namespace

std::vector<LayerDef> pool_layers() {
  return {declare<true>("MaxPooling1D", "Largest value of each window of [N, steps, C]."),
          declare<true>("MaxPooling2D", "Largest value of each window of [N, H, W, C]."),
          declare<true>("MaxPooling3D", "Largest value of each window of [N, D, H, W, C]."),
          declare<false>("AveragePooling1D", "Mean of each window of [N, steps, C]; padding does not count."),
          declare<false>("AveragePooling2D", "Mean of each window of [N, H, W, C]; padding does not count."),
          declare<false>("AveragePooling3D", "Mean of each window of [N, D, H, W, C]; padding does not count.")};
}

Layer MaxPooling1D(std::int64_t pool_size, const PoolingOptions& options) { return make("MaxPooling1D", 1, {pool_size}, options); }
Layer MaxPooling2D(const Dims& pool_size, const PoolingOptions& options) { return make("MaxPooling2D", 2, pool_size, options); }
Layer MaxPooling3D(const Dims& pool_size, const PoolingOptions& options) { return make("MaxPooling3D", 3, pool_size, options); }
Layer AveragePooling1D(std::int64_t pool_size, const PoolingOptions& options) { return make("AveragePooling1D", 1, {pool_size}, options); }
Layer AveragePooling2D(const Dims& pool_size, const PoolingOptions& options) { return make("AveragePooling2D", 2, pool_size, options); }
Layer AveragePooling3D(const Dims& pool_size, const PoolingOptions& options) { return make("AveragePooling3D", 3, pool_size, options); }

}  // namespace lepton::nn
