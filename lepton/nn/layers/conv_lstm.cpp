// ConvLSTM1D, ConvLSTM2D, ConvLSTM3D: an LSTM whose products are convolutions; its states are pictures. One build function, told apart by
// the number of spatial axes.
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/internal/recurrence.hpp"
#include "lepton/nn/layers/recurrent.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

constexpr std::int64_t kGates = 4;

// While training with dropout each gate sees x, or h, through a mask of its own, [N, C, …], the same at all steps.
std::vector<Value> gate_masks(LayerContext& c, std::string_view rate, const Value& like) {
  std::vector<Value> masks;
  if (!c.training() || c.number(rate) == 0) return masks;
  const Value ones = ops::broadcast_to_like(ops::constant_like(like, 1), like);
  for (std::int64_t gate = 0; gate < kGates; ++gate) masks.push_back(dropped(c, ones, c.number(rate)));
  return masks;
}

// The convolution for all gates at once; with masks each gate convolves its own copy of x, as a group.
Value convolved(const Value& x, const Value& kernel, const Value& bias, ops::ConvOptions options, std::span<const Value> masks) {
  if (masks.empty()) return ops::conv(x, kernel, bias, options);
  std::vector<Value> copies;
  for (const Value& mask : masks) copies.push_back(ops::mul(x, mask));
  options.groups = kGates;
  return ops::conv(ops::concat(copies, 1), kernel, bias, options);
}

// [N, T, spatial…, C] and [N, T, C, spatial…] as one another.
Value channels_moved(const Value& x, bool first) {
  Dims order = {0, 1};
  if (first) order.push_back(x.rank() - 1);
  for (int axis = first ? 2 : 3; axis < x.rank() - (first ? 1 : 0); ++axis) order.push_back(axis);
  if (!first) order.push_back(2);
  return ops::transpose(x, order);
}

Value first_step(const Value& x) { return ops::squeeze(ops::slice(x, {.starts = {0}, .ends = {1}, .axes = {1}}), {1}); }

// The part of all steps that needs no state: [N, T, C, spatial…] -> [N, T, 4 filters, spatial…].
Value project(LayerContext& c, const Value& x, const CellWeights& w) {
  Dims joined = {-1}, parted = {-1, x.dim(1)};
  for (int axis = 2; axis < x.rank(); ++axis) joined.push_back(x.dim(axis));
  std::vector<Value> masks = gate_masks(c, "dropout", first_step(x));
  for (Value& mask : masks) mask = ops::reshape(ops::broadcast_to_like(ops::expand_dims(mask, {1}), x), joined);
  const ops::ConvOptions options{
      .strides = c.config().integers("strides"), .dilations = c.config().integers("dilation_rate"), .padding = c.config().text("padding")};
  const Value y = convolved(ops::reshape(x, joined), w.kernel, w.bias, options, masks);
  for (int axis = 1; axis < y.rank(); ++axis) parted.push_back(y.dim(axis));
  return ops::reshape(y, parted);
}

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const auto& kernel_size = c.config().integers("kernel_size");
  const Value given = inputs[0].logical();
  if (given.rank() != static_cast<int>(kernel_size.size()) + 3)
    fail(ErrorCode::kShapeMismatch, "expects [N, steps, {} spatial axes, channels] (shape {})", kernel_size.size(), given.shape());
  for (int axis = 1; axis < given.rank(); ++axis) {
    if (given.shape()[axis] <= 0) fail(ErrorCode::kShapeMismatch, "expects known sizes above 0 (shape {})", given.shape());
  }
  const Value x = channels_moved(given, true);
  const std::int64_t filters = c.integer("filters");
  const auto kernel_shape = [&](std::int64_t channels) {
    Dims dims = kernel_size;
    dims.insert(dims.end(), {channels, kGates * filters});
    return Shape(dims);
  };
  const CellWeights w = cell_weights(c, {kernel_shape(x.dim(2)), kernel_shape(filters), {kGates * filters}}, lstm_bias_initializer(c));
  CellRun run{.projected = project(c, x, w), .mask = inputs[0].mask, .reverse = c.flag("go_backwards")};
  const Value zeros = ops::zeros_like(ops::slice(first_step(run.projected), {.starts = {0}, .ends = {filters}, .axes = {1}}));
  for (const Feature& state : given_states(inputs, 2)) run.initial.push_back(state.channels_first());
  if (run.initial.empty()) run.initial = kept_states(c, {zeros, zeros});
  run.captured = gate_masks(c, "recurrent_dropout", zeros);
  run.captured.push_back(w.recurrent_kernel);
  const LstmActivations by{c.spec("activation"), c.spec("recurrent_activation")};
  const auto step = [&](std::span<const Value> states, const Value& projected, std::span<const Value> weights) {
    const Value past = convolved(states[0], weights.back(), Value(), {.padding = "same"}, weights.first(weights.size() - 1));
    std::vector<Feature> gates;
    for (const Value& sum : ops::split(ops::add(projected, past), Dims(kGates, filters), 1))
      gates.emplace_back(sum, Feature::Order::kChannelsFirst);
    return lstm_states(by, gates, states[1]);
  };
  std::vector<Feature> results = chosen_results(c, scan_steps(run, step), 0, inputs[0].mask);
  const bool sequence = c.flag("return_sequences");
  if (sequence) results[0].value = channels_moved(results[0].value, false);
  for (std::size_t i = sequence ? 1 : 0; i < results.size(); ++i) results[i].order = Feature::Order::kChannelsFirst;
  return results;
}

LayerDef declare(std::string_view name, std::string_view summary) {
  std::vector<AttributeDef> config = cell_config({"filters", 1, positive, "number of output channels", true});
  config.insert(config.end(), {{"kernel_size", std::vector<std::int64_t>{}, positive_integers, "size along each spatial axis", true},
                               {"strides", std::vector<std::int64_t>{}, positive_integers, "of the input's convolution; empty: 1"},
                               {"padding", "valid", any_value, "of the input's convolution: valid or same"},
                               {"dilation_rate", std::vector<std::int64_t>{}, positive_integers, "of the input's convolution; empty: 1"},
                               {"recurrent_activation", "sigmoid", any_value, "activation of the gates"},
                               {"unit_forget_bias", true, any_value, "the forget gate's bias starts at 1"}});
  for (AttributeDef& more : run_config()) config.push_back(std::move(more));
  return {.name = name, .summary = summary, .config = std::move(config), .max_inputs = 3, .build = build};
}

Layer make(std::string_view name, std::size_t rank, std::int64_t filters, const Dims& kernel_size, const ConvLSTMOptions& o) {
  if (kernel_size.size() != rank)
    fail(ErrorCode::kInvalidArgument, "{}: kernel_size must have {} values, got {}", name, rank, kernel_size.size());
  Attributes made = recurrent_attributes(o, false);
  made.set("filters", filters);
  made.set("kernel_size", kernel_size);
  made.set("strides", o.strides);
  made.set("padding", o.padding);
  made.set("dilation_rate", o.dilation_rate);
  made.set("recurrent_activation", o.recurrent_activation.to_string());
  made.set("unit_forget_bias", o.unit_forget_bias);
  return Layer(get_layer(name), made, o.name);
}

}  // namespace

std::vector<LayerDef> conv_lstm_layers() {
  return {declare("ConvLSTM1D", "LSTM with convolutions over [N, T, steps, C]."),
          declare("ConvLSTM2D", "LSTM with convolutions over [N, T, H, W, C]."),
          declare("ConvLSTM3D", "LSTM with convolutions over [N, T, D, H, W, C].")};
}

Layer ConvLSTM1D(std::int64_t filters, std::int64_t kernel_size, const ConvLSTMOptions& options) {
  return make("ConvLSTM1D", 1, filters, {kernel_size}, options);
}
Layer ConvLSTM2D(std::int64_t filters, const Dims& kernel_size, const ConvLSTMOptions& options) {
  return make("ConvLSTM2D", 2, filters, kernel_size, options);
}
Layer ConvLSTM3D(std::int64_t filters, const Dims& kernel_size, const ConvLSTMOptions& options) {
  return make("ConvLSTM3D", 3, filters, kernel_size, options);
}

}  // namespace lepton::nn
