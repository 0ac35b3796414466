// LayerScale and StochasticDepth: how deep networks weigh their residual branches.
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/normalization.hpp"
#include "lepton/nn/layers/regularization.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> layer_scale(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  const Spec initial("constant", {{"value", c.number("initial")}});
  return {Feature(ops::mul(x, c.weight({.name = "gamma", .shape = {x.dim(-1)}, .initializer = initial})))};
}

std::vector<Feature> stochastic_depth(LayerContext& c, std::span<const Feature> inputs) {
  const Value& x = inputs[0].value;
  const double rate = c.number("rate");
  if (rate == 1) fail(ErrorCode::kInvalidArgument, "rate must be below 1");
  if (!c.training() || rate == 0) return {inputs[0]};
  std::vector<std::int64_t> axes;
  for (int axis = 1; axis < x.rank(); ++axis) axes.push_back(axis);
  // One number for each sample.
  const Value samples = ops::sum(x, {.axes = axes, .keepdims = true});
  const Value ones = ops::broadcast_to_like(ops::constant_like(x, 1.0), samples);
  return {inputs[0].with(ops::mul(x, dropped(c, ones, rate)))};
}

}  // namespace

std::vector<LayerDef> branch_layers() {
  return {{.name = "LayerScale",
           .summary = "Multiplies each channel by a learnt factor.",
           .config = {{"initial", 1e-6, any_value, "factor at the start"}},
           .build = layer_scale},
          {.name = "StochasticDepth",
           .summary = "Zeroes whole samples while training: a residual branch is left out.",
           .config = {{"rate", 0.1, probability, "share of samples to zero", true}},
           .build = stochastic_depth}};
}

Layer LayerScale(const LayerScaleOptions& o) {
  return Layer(get_layer("LayerScale"), {{"initial", o.initial}, {"input_shape", o.input_shape}}, o.name);
}
Layer StochasticDepth(double rate, const DropoutOptions& o) {
  return Layer(get_layer("StochasticDepth"), {{"rate", rate}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace lepton::nn
