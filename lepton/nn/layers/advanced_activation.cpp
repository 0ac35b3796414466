// ReLU, LeakyReLU, ELU, Softmax and PReLU.
#include <algorithm>

#include "lepton/nn/activation.hpp"
#include "lepton/nn/layers/activations.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::nn {
namespace {

// The activation of that name, with the layer's own configuration.
LayerBuild activation(const char* name) {
  return [name](LayerContext& c, std::span<const Feature> inputs) {
    Spec spec(name);
    for (const auto& [key, value] : c.config()) {
      if (key != "input_shape") spec.arguments.set(key, value);
    }
    return std::vector<Feature>{activate(spec, inputs[0])};
  };
}

std::vector<Feature> softmax(LayerContext& c, std::span<const Feature> inputs) {
  const Dims& axes = c.config().integers("axis");
  if (inputs[0].mask.defined()) fail(ErrorCode::kUnsupported, "a masked input is not supported; Activation(\"softmax\") lets masks pass");
  if (axes == Dims{-1}) return {activate("softmax", inputs[0])};
  const Value x = inputs[0].logical();
  if (axes.size() == 1) return {Feature(ops::softmax(x, axes[0]))};
  return {Feature(ops::exp(ops::sub(x, ops::logsumexp(x, {.axes = axes, .keepdims = true}))))};
}

std::vector<Feature> prelu(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  const auto& shared = c.config().integers("shared_axes");
  Dims shape;
  for (int axis = 1; axis < x.rank(); ++axis) shape.push_back(std::ranges::find(shared, axis) == shared.end() ? x.dim(axis) : 1);
  const Value slope = c.weight({.name = "alpha",
                                .shape = Shape(shape),
                                .initializer = c.spec("alpha_initializer"),
                                .regularizer = c.spec("alpha_regularizer"),
                                .constraint = c.spec("alpha_constraint")});
  return {Feature(ops::prelu(x, slope))};
}

}  // namespace

std::vector<LayerDef> advanced_activation_layers() {
  return {{.name = "ReLU",
           .summary = "max(x, 0), with a bound, a slope and a threshold.",
           .config = {{"max_value", -1.0, any_value, "upper bound; negative: none"},
                      {"negative_slope", 0.0, non_negative, "slope below the threshold"},
                      {"threshold", 0.0, any_value, "below it the slope applies"}},
           .passes_mask = true,
           .build = activation("relu")},
          {.name = "LeakyReLU",
           .summary = "x, or slope * x below 0.",
           .config = {{"negative_slope", 0.3, non_negative, "slope below 0"}},
           .passes_mask = true,
           .build = activation("leaky_relu")},
          {.name = "ELU",
           .summary = "Exponential linear unit.",
           .config = {{"alpha", 1.0, any_value, "scale below 0"}},
           .passes_mask = true,
           .build = activation("elu")},
          {.name = "Softmax",
           .summary = "Shares that add up to 1 along an axis.",
           .config = {{"axis", Dims{-1}, any_value, "axis or axes"}},
           .build = softmax},
          {.name = "PReLU",
           .summary = "x, or a learnt slope times x below 0.",
           .config = {{"alpha_initializer", "zeros", any_value, "initialiser of the slopes"},
                      {"alpha_regularizer", "", any_value, "penalty on the slopes"},
                      {"alpha_constraint", "", any_value, "constraint on the slopes"},
                      {"shared_axes", Dims{}, positive_integers, "axes along which one slope serves all"}},
           .passes_mask = true,
           .build = prelu}};
}

Layer ReLU(const ReLUOptions& o) {
  return Layer(
      get_layer("ReLU"),
      {{"max_value", o.max_value}, {"negative_slope", o.negative_slope}, {"threshold", o.threshold}, {"input_shape", o.input_shape}},
      o.name);
}
Layer LeakyReLU(double negative_slope, const LayerOptions& o) {
  return Layer(get_layer("LeakyReLU"), {{"negative_slope", negative_slope}, {"input_shape", o.input_shape}}, o.name);
}
Layer ELU(double alpha, const LayerOptions& o) {
  return Layer(get_layer("ELU"), {{"alpha", alpha}, {"input_shape", o.input_shape}}, o.name);
}
Layer Softmax(const Dims& axis, const LayerOptions& o) {
  return Layer(get_layer("Softmax"), {{"axis", axis}, {"input_shape", o.input_shape}}, o.name);
}
Layer PReLU(const PReLUOptions& o) {
  return Layer(get_layer("PReLU"),
               {{"alpha_initializer", o.alpha_initializer.to_string()},
                {"alpha_regularizer", o.alpha_regularizer.to_string()},
                {"alpha_constraint", o.alpha_constraint.to_string()},
                {"shared_axes", o.shared_axes},
                {"input_shape", o.input_shape}},
               o.name);
}

}  // namespace lepton::nn
