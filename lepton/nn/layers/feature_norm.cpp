// LayerNormalization, GroupNormalization, RMSNormalization and UnitNormalization: over the features of each sample.
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/normalization.hpp"
#include "lepton/ops/normalization.hpp"

namespace lepton::nn {
namespace {

struct Affine {
  Value gamma, beta;  // undefined where the layer has none
};
Affine affine(LayerContext& c, const Shape& shape) {
  Affine weights;
  if (c.flag("scale"))
    weights.gamma = c.weight({"gamma", shape, c.spec("gamma_initializer"), true, c.spec("gamma_regularizer"), c.spec("gamma_constraint")});
  if (c.flag("center"))
    weights.beta = c.weight({"beta", shape, c.spec("beta_initializer"), true, c.spec("beta_regularizer"), c.spec("beta_constraint")});
  return weights;
}

Shape sizes_along(const Value& x, const Dims& axes) {
  Dims dims;
  for (const std::int64_t axis : axes) dims.push_back(x.dim(normalize_axis(axis, x.rank(), "axis").value()));
  return Shape(std::move(dims));
}

std::vector<Feature> layer_norm(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  const Dims& axes = c.config().integers("axis");
  const Affine w = affine(c, sizes_along(x, axes));
  return {Feature(ops::layer_norm(x, w.gamma, w.beta, {.axes = axes, .epsilon = c.number("epsilon")}))};
}

std::vector<Feature> group_norm(LayerContext& c, std::span<const Feature> inputs) {
  const Feature& in = inputs[0];
  const Value x = in.order == Feature::Order::kFlatChannelsFirst ? in.logical() : in.channels_first();
  const std::int64_t channels = x.dim(1), groups = c.integer("groups") == -1 ? channels : c.integer("groups");
  if (groups < 1 || channels % groups != 0) {
    fail(ErrorCode::kInvalidArgument, "groups must divide the channels (groups {}, channels {})", groups, channels);
  }
  const Affine w = affine(c, {channels});
  const Value y = ops::group_norm(x, groups, w.gamma, w.beta, c.number("epsilon"));
  return {Feature(y, x.rank() >= 3 ? Feature::Order::kChannelsFirst : Feature::Order::kLogical)};
}

std::vector<Feature> rms_norm(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  const Dims& axes = c.config().integers("axis");
  const Value scale = c.weight({"scale", sizes_along(x, axes), "ones"});
  return {Feature(ops::rms_norm(x, scale, {.axes = axes, .epsilon = c.number("epsilon")}))};
}

std::vector<Feature> unit_norm(LayerContext& c, std::span<const Feature> inputs) {
  return {Feature(unit_length(inputs[0].logical(), c.config().integers("axis")))};
}

std::vector<AttributeDef> with_affine(AttributeDef own) {
  return {std::move(own),
          {"epsilon", 1e-3, positive, "added to the variance"},
          {"center", true, any_value, "add beta"},
          {"scale", true, any_value, "multiply by gamma"},
          {"beta_initializer", "zeros", any_value, ""},
          {"gamma_initializer", "ones", any_value, ""},
          {"beta_regularizer", "", any_value, ""},
          {"beta_constraint", "", any_value, "constraint on the beta"},
          {"gamma_regularizer", "", any_value, ""},
          {"gamma_constraint", "", any_value, "constraint on the gamma"}};
}

AttributeDef axes_config() { return {"axis", Dims{-1}, any_value, "axis or axes to normalise over"}; }

template <class Options>
Attributes affine_config(const Options& o) {
  return {{"epsilon", o.epsilon},
          {"center", o.center},
          {"scale", o.scale},
          {"beta_initializer", o.beta_initializer.to_string()},
          {"gamma_initializer", o.gamma_initializer.to_string()},
          {"beta_regularizer", o.beta_regularizer.to_string()},
          {"beta_constraint", o.beta_constraint.to_string()},
          {"gamma_regularizer", o.gamma_regularizer.to_string()},
          {"gamma_constraint", o.gamma_constraint.to_string()},
          {"input_shape", o.input_shape}};
}

}  // namespace

std::vector<LayerDef> feature_norm_layers() {
  return {{.name = "LayerNormalization",
           .summary = "Normalises each sample over its features.",
           .config = with_affine(axes_config()),
           .passes_mask = true,
           .build = layer_norm},
          {.name = "GroupNormalization",
           .summary = "Normalises each sample over groups of channels and all positions.",
           .config = with_affine({"groups", 32, any_value, "number of groups; -1: one for each channel"}),
           .passes_mask = true,
           .build = group_norm},
          {.name = "RMSNormalization",
           .summary = "Divides by the root mean square of the features and scales.",
           .config = {axes_config(), {"epsilon", 1e-6, positive, "added to the mean square"}},
           .build = rms_norm},
          {.name = "UnitNormalization",
           .summary = "Gives each vector the length 1.",
           .config = {axes_config()},
           .passes_mask = true,
           .build = unit_norm}};
}

Layer LayerNormalization(const LayerNormalizationOptions& o) {
  Attributes config = affine_config(o);
  config.set("axis", o.axis);
  return Layer(get_layer("LayerNormalization"), config, o.name);
}
Layer GroupNormalization(const GroupNormalizationOptions& o) {
  Attributes config = affine_config(o);
  config.set("groups", o.groups);
  return Layer(get_layer("GroupNormalization"), config, o.name);
}
Layer RMSNormalization(const RMSNormalizationOptions& o) {
  return Layer(get_layer("RMSNormalization"), {{"axis", o.axis}, {"epsilon", o.epsilon}, {"input_shape", o.input_shape}}, o.name);
}
Layer UnitNormalization(const UnitNormalizationOptions& o) {
  return Layer(get_layer("UnitNormalization"), {{"axis", o.axis}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace lepton::nn
