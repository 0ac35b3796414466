// BatchNormalization: each channel over the batch and all positions. Channels are the last axis in Keras's order unless told otherwise.
#include <numeric>

#include "lepton/nn/layers/normalization.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/normalization.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const Feature& x = inputs[0];
  const int rank = x.value.rank(), axis = normalize_axis(c.integer("axis"), rank, "axis").value();
  if (c.training() && x.mask.defined()) fail(ErrorCode::kUnsupported, "training on a masked input is not supported");
  if (axis == 0) fail(ErrorCode::kInvalidArgument, "axis must not be the batch");
  const bool last = axis == rank - 1;
  // Channels are axis 1 of the graph's order; a matrix [N, C] is both. Another axis changes places with axis 1, and back.
  std::vector<std::int64_t> swap(static_cast<std::size_t>(rank));
  std::iota(swap.begin(), swap.end(), 0);
  std::swap(swap[1], swap[static_cast<std::size_t>(axis)]);
  const bool flat = x.order == Feature::Order::kFlatChannelsFirst;
  const Value v = !last ? ops::transpose(x.logical(), swap) : flat ? x.logical() : x.channels_first();
  const Shape shape = {v.dim(1)};
  const auto constant = [&](double value) { return ops::constant(c.builder(), Tensor::full(c.dtype(), shape, value)); };
  const Value gamma =
      c.flag("scale")
          ? c.weight({"gamma", shape, c.spec("gamma_initializer"), true, c.spec("gamma_regularizer"), c.spec("gamma_constraint")})
          : constant(1);
  const Value beta =
      c.flag("center") ? c.weight({"beta", shape, c.spec("beta_initializer"), true, c.spec("beta_regularizer"), c.spec("beta_constraint")})
                       : constant(0);
  const Value mean = c.weight({"moving_mean", shape, c.spec("moving_mean_initializer"), false});
  const Value variance = c.weight({"moving_variance", shape, c.spec("moving_variance_initializer"), false});
  const double epsilon = c.number("epsilon");
  Value y;
  if (c.training()) {
    const std::vector<Value> results = ops::batch_norm_training(v, gamma, beta, epsilon);
    y = results[0];
    const Value momentum = ops::constant_like(mean, c.number("momentum")), rest = ops::constant_like(mean, 1 - c.number("momentum"));
    c.update("moving_mean", ops::add(ops::mul(mean, momentum), ops::mul(results[1], rest)));
    c.update("moving_variance", ops::add(ops::mul(variance, momentum), ops::mul(results[2], rest)));
  } else {
    y = ops::batch_norm_inference(v, gamma, beta, mean, variance, epsilon);
  }
  if (!last) return {Feature(ops::transpose(y, swap))};
  return {Feature(y, v.rank() >= 3 ? Feature::Order::kChannelsFirst : Feature::Order::kLogical)};
}

}  // namespace

std::vector<LayerDef> batch_norm_layers() {
  return {{.name = "BatchNormalization",
           .summary = "Normalises each channel over the batch; uses moving statistics at inference.",
           .config = {{"axis", -1, any_value, "axis of the channels"},
                      {"momentum", 0.99, probability, "of the moving statistics"},
                      {"epsilon", 1e-3, positive, "added to the variance"},
                      {"center", true, any_value, "add beta"},
                      {"scale", true, any_value, "multiply by gamma"},
                      {"beta_initializer", "zeros", any_value, ""},
                      {"gamma_initializer", "ones", any_value, ""},
                      {"moving_mean_initializer", "zeros", any_value, ""},
                      {"moving_variance_initializer", "ones", any_value, ""},
                      {"beta_regularizer", "", any_value, ""},
                      {"beta_constraint", "", any_value, "constraint on the beta"},
                      {"gamma_regularizer", "", any_value, ""},
                      {"gamma_constraint", "", any_value, "constraint on the gamma"}},
           .passes_mask = true,
           .build = build}};
}

Layer BatchNormalization(const BatchNormalizationOptions& o) {
  return Layer(get_layer("BatchNormalization"),
               {{"axis", o.axis},
                {"momentum", o.momentum},
                {"epsilon", o.epsilon},
                {"center", o.center},
                {"scale", o.scale},
                {"beta_initializer", o.beta_initializer.to_string()},
                {"gamma_initializer", o.gamma_initializer.to_string()},
                {"moving_mean_initializer", o.moving_mean_initializer.to_string()},
                {"moving_variance_initializer", o.moving_variance_initializer.to_string()},
                {"beta_regularizer", o.beta_regularizer.to_string()},
                {"beta_constraint", o.beta_constraint.to_string()},
                {"gamma_regularizer", o.gamma_regularizer.to_string()},
                {"gamma_constraint", o.gamma_constraint.to_string()},
                {"input_shape", o.input_shape}},
               o.name);
}

}  // namespace lepton::nn
