// UpSampling1D-3D, ZeroPadding1D-3D, Cropping1D-3D: told apart by their rank.
#include <limits>

#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/shaping.hpp"
#include "lepton/ops/pooling.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

template <std::size_t kRank>
std::vector<Feature> upsample(LayerContext& c, std::span<const Feature> inputs) {
  const Dims& size = c.config().integers("size");
  if (size.size() != kRank) fail(ErrorCode::kInvalidArgument, "size must have {} values, got {}", kRank, size.size());
  const Attribute* interpolation = c.config().find("interpolation");
  const std::string mode = interpolation == nullptr ? "nearest" : interpolation->get<std::string>();
  if (mode != "nearest" && mode != "bilinear")
    fail(ErrorCode::kInvalidArgument, "interpolation must be nearest or bilinear, got '{}'", mode);
  ops::ResizeOptions options{.scales = {size.begin(), size.end()}};
  if (mode == "bilinear") {
    options.mode = "linear";
  } else {
    options.coordinates = "asymmetric";
    options.rounding = "floor";
  }
  return {Feature(ops::resize(spatial_input(inputs[0], kRank), options), Feature::Order::kChannelsFirst)};
}

// [before, after] for each axis, from as many numbers as people give.
template <std::size_t kRank>
Dims both_ends(const Dims& given) {
  if (given.size() == 2 * kRank) return given;
  if (given.size() != 1 && given.size() != kRank)
    fail(ErrorCode::kInvalidArgument, "needs 1, {} or {} numbers, got {}", kRank, 2 * kRank, given.size());
  Dims ends;
  for (std::size_t axis = 0; axis < kRank; ++axis) ends.insert(ends.end(), 2, given.size() == 1 ? given[0] : given[axis]);
  return ends;
}

template <std::size_t kRank>
std::vector<Feature> pad(LayerContext& c, std::span<const Feature> inputs) {
  const Dims ends = both_ends<kRank>(c.config().integers("padding"));
  std::vector<std::int64_t> pads(2 * (kRank + 2), 0);
  for (std::size_t axis = 0; axis < kRank; ++axis) {
    pads[axis + 2] = ends[2 * axis];
    pads[kRank + 2 + axis + 2] = ends[2 * axis + 1];
  }
  return {Feature(ops::pad(spatial_input(inputs[0], kRank), pads), Feature::Order::kChannelsFirst)};
}

template <std::size_t kRank>
std::vector<Feature> crop(LayerContext& c, std::span<const Feature> inputs) {
  const Dims cut = both_ends<kRank>(c.config().integers("cropping"));
  ops::SliceOptions options;
  for (std::size_t axis = 0; axis < kRank; ++axis) {
    options.axes.push_back(static_cast<std::int64_t>(axis) + 2);
    options.starts.push_back(cut[2 * axis]);
    options.ends.push_back(cut[2 * axis + 1] == 0 ? std::numeric_limits<std::int64_t>::max() : -cut[2 * axis + 1]);
  }
  const Value y = ops::slice(spatial_input(inputs[0], kRank), options);
  for (int axis = 2; axis < y.rank(); ++axis) {
    if (y.shape()[axis] == 0) fail(ErrorCode::kShapeMismatch, "nothing is left (shape {})", inputs[0].logical_shape());
  }
  return {Feature(y, Feature::Order::kChannelsFirst)};
}

LayerDef upsampling(std::string_view name, LayerBuild build, std::size_t rank) {
  LayerDef def{.name = name,
               .summary = "Enlarges each spatial axis by a factor.",
               .config = {{"size", Dims(rank, 2), positive_integers, "factor of each axis"}},
               .build = std::move(build)};
  if (rank == 2) def.config.push_back({"interpolation", "nearest", any_value, "nearest or bilinear"});
  return def;
}

LayerDef padding(std::string_view name, LayerBuild build) {
  return {.name = name,
          .summary = "Adds zeros around the spatial axes.",
          .config = {{"padding", Dims{1}, non_negative_integers, "[before, after] for each axis, one number for each, or one"}},
          .build = std::move(build)};
}

LayerDef cropping(std::string_view name, LayerBuild build) {
  return {.name = name,
          .summary = "Cuts elements off the ends of the spatial axes.",
          .config = {{"cropping", Dims{1}, non_negative_integers, "[before, after] for each axis, one number for each, or one"}},
          .build = std::move(build)};
}

Layer make(std::string_view name, const char* key, const Dims& values, const LayerOptions& o) {
  return Layer(get_layer(name), {{key, values}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace

std::vector<LayerDef> spatial_layers() {
  return {upsampling("UpSampling1D", upsample<1>, 1),
          upsampling("UpSampling2D", upsample<2>, 2),
          upsampling("UpSampling3D", upsample<3>, 3),
          padding("ZeroPadding1D", pad<1>),
          padding("ZeroPadding2D", pad<2>),
          padding("ZeroPadding3D", pad<3>),
          cropping("Cropping1D", crop<1>),
          cropping("Cropping2D", crop<2>),
          cropping("Cropping3D", crop<3>)};
}

Layer UpSampling1D(std::int64_t size, const LayerOptions& o) { return make("UpSampling1D", "size", {size}, o); }
Layer UpSampling2D(const Dims& size, const UpSamplingOptions& o) {
  return Layer(get_layer("UpSampling2D"), {{"size", size}, {"interpolation", o.interpolation}, {"input_shape", o.input_shape}}, o.name);
}
Layer UpSampling3D(const Dims& size, const LayerOptions& o) { return make("UpSampling3D", "size", size, o); }
Layer ZeroPadding1D(const Dims& padding, const LayerOptions& o) { return make("ZeroPadding1D", "padding", padding, o); }
Layer ZeroPadding2D(const Dims& padding, const LayerOptions& o) { return make("ZeroPadding2D", "padding", padding, o); }
Layer ZeroPadding3D(const Dims& padding, const LayerOptions& o) { return make("ZeroPadding3D", "padding", padding, o); }
Layer Cropping1D(const Dims& cropping, const LayerOptions& o) { return make("Cropping1D", "cropping", cropping, o); }
Layer Cropping2D(const Dims& cropping, const LayerOptions& o) { return make("Cropping2D", "cropping", cropping, o); }
Layer Cropping3D(const Dims& cropping, const LayerOptions& o) { return make("Cropping3D", "cropping", cropping, o); }

}  // namespace lepton::nn
