// Relatives of dropout: SpatialDropout1D-3D, GaussianNoise, GaussianDropout, AlphaDropout; and ActivityRegularization.
#include <cmath>

#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/regularization.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

template <std::size_t kRank>
std::vector<Feature> spatial_dropout(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = spatial_input(inputs[0], kRank);
  if (!c.training() || c.number("rate") == 0) return {inputs[0]};
  std::vector<std::int64_t> positions;
  for (int axis = 2; axis < x.rank(); ++axis) positions.push_back(axis);
  // One number for each channel of each sample.
  const Value channels = ops::sum(x, {.axes = positions, .keepdims = true});
  const Value ones = ops::broadcast_to_like(ops::constant_like(x, 1.0), channels);
  const Value mask = dropped(c, ones, c.number("rate"));
  return {Feature(ops::mul(x, mask), Feature::Order::kChannelsFirst)};
}

std::vector<Feature> gaussian_noise(LayerContext& c, std::span<const Feature> inputs) {
  const Value& x = inputs[0].value;
  if (!c.training()) return {inputs[0]};
  return {inputs[0].with(ops::add(x, ops::random_normal_like(c.random_key(), x, 0, c.number("stddev"), c.next_stream())))};
}

// Rates of 1 would divide by 0.
double rate_below_one(LayerContext& c) {
  const double rate = c.number("rate");
  if (rate == 1) fail(ErrorCode::kInvalidArgument, "rate must be below 1");
  return rate;
}

std::vector<Feature> gaussian_dropout(LayerContext& c, std::span<const Feature> inputs) {
  const Value& x = inputs[0].value;
  const double rate = rate_below_one(c);
  if (!c.training() || rate == 0) return {inputs[0]};
  return {inputs[0].with(ops::mul(x, ops::random_normal_like(c.random_key(), x, 1, std::sqrt(rate / (1 - rate)), c.next_stream())))};
}

std::vector<Feature> alpha_dropout(LayerContext& c, std::span<const Feature> inputs) {
  const Value& x = inputs[0].value;
  const double rate = rate_below_one(c);
  if (!c.training() || rate == 0) return {inputs[0]};
  // selu's limit for large negative inputs takes the place of zero; a and b bring mean and variance back.
  constexpr double kLimit = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;
  const double a = 1 / std::sqrt((1 - rate) * (1 + rate * kLimit * kLimit)), b = -a * kLimit * rate;
  const auto number = [&](double value) { return ops::constant_like(x, value); };
  const Value ones = ops::broadcast_to_like(number(1), x);
  const Value drawn = dropped(c, ones, rate);
  const Value kept = ops::where(ops::greater(drawn, number(0)), x, ops::broadcast_to_like(number(kLimit), x));
  return {inputs[0].with(ops::add(ops::mul(kept, number(a)), number(b)))};
}

std::vector<Feature> activity(LayerContext& c, std::span<const Feature> inputs) {
  const Value& x = inputs[0].value;
  // Of a sample, so that the penalty's strength does not depend on the batch size.
  const auto add = [&](const Value& penalty, double factor) {
    if (factor != 0) c.add_loss(ops::div(ops::mul(penalty, ops::constant_like(x, factor)), ops::axis_size(x, {0})));
  };
  add(ops::sum(ops::abs(x)), c.number("l1"));
  add(ops::sum(ops::square(x)), c.number("l2"));
  return {inputs[0]};
}

LayerDef dropout(std::string_view name, std::string_view summary, LayerBuild build) {
  return {.name = name,
          .summary = summary,
          .config = {{"rate", 0.5, probability, "share to zero", true}},
          .passes_mask = true,
          .build = std::move(build)};
}

Layer make(std::string_view name, double rate, const DropoutOptions& o) {
  return Layer(get_layer(name), {{"rate", rate}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace

std::vector<LayerDef> noise_layers() {
  return {dropout("SpatialDropout1D", "Zeroes whole channels of [N, steps, C] while training.", spatial_dropout<1>),
          dropout("SpatialDropout2D", "Zeroes whole channels of [N, H, W, C] while training.", spatial_dropout<2>),
          dropout("SpatialDropout3D", "Zeroes whole channels of [N, D, H, W, C] while training.", spatial_dropout<3>),
          dropout("GaussianDropout", "Multiplies by normal noise around 1 while training.", gaussian_dropout),
          dropout("AlphaDropout", "Dropout that keeps mean and variance of self-normalising networks.", alpha_dropout),
          {.name = "GaussianNoise",
           .summary = "Adds normal noise while training.",
           .config = {{"stddev", 0.1, non_negative, "of the noise", true}},
           .passes_mask = true,
           .build = gaussian_noise},
          {.name = "ActivityRegularization",
           .summary = "Adds a penalty on its input to the loss.",
           .config = {{"l1", 0.0, non_negative, "factor of the sum of absolute values"},
                      {"l2", 0.0, non_negative, "factor of the sum of squares"}},
           .passes_mask = true,
           .build = activity}};
}

Layer SpatialDropout1D(double rate, const DropoutOptions& o) { return make("SpatialDropout1D", rate, o); }
Layer SpatialDropout2D(double rate, const DropoutOptions& o) { return make("SpatialDropout2D", rate, o); }
Layer SpatialDropout3D(double rate, const DropoutOptions& o) { return make("SpatialDropout3D", rate, o); }
Layer GaussianDropout(double rate, const DropoutOptions& o) { return make("GaussianDropout", rate, o); }
Layer AlphaDropout(double rate, const DropoutOptions& o) { return make("AlphaDropout", rate, o); }
Layer GaussianNoise(double stddev, const DropoutOptions& o) {
  return Layer(get_layer("GaussianNoise"), {{"stddev", stddev}, {"input_shape", o.input_shape}}, o.name);
}
Layer ActivityRegularization(const ActivityRegularizationOptions& o) {
  return Layer(get_layer("ActivityRegularization"), {{"l1", o.l1}, {"l2", o.l2}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace lepton::nn
