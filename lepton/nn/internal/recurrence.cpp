// Cells as layers, and as scans over time.
#include "lepton/nn/internal/recurrence.hpp"

#include "lepton/nn/activation.hpp"
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/internal/network_context.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

using Values = RecurrentCell::Values;

Value step_of(const Value& sequence, std::int64_t step) {
  return ops::squeeze(ops::slice(sequence, {.starts = {step}, .ends = {step + 1}, .axes = {1}}), {1});
}

std::string state_name(std::size_t index) { return fmt::format("state_{}", index); }

// A layer that runs a single step has no such setting.
bool is_stateful(const LayerContext& c) { return c.config().has("stateful") && c.flag("stateful"); }

Values initial_states(LayerContext& c, const RecurrentCell& cell, const Value& x, std::span<const Feature> inputs) {
  Values states;
  for (const Feature& given : given_states(inputs, cell.states.size())) states.push_back(given.logical());
  if (!states.empty()) return states;
  for (const std::int64_t size : cell.states) states.push_back(zero_state(x, size));
  return kept_states(c, std::move(states));
}

// A mask [N, T, …] as another axis order or rank wants it.
Value with_axes_of(const Value& mask, const Value& like) {
  Dims added;
  for (int axis = mask.rank(); axis < like.rank(); ++axis) added.push_back(axis);
  return added.empty() ? mask : ops::expand_dims(mask, added);
}

// The first two axes exchanged.
Value steps_first(const Value& x) {
  Dims order = {1, 0};
  for (int axis = 2; axis < x.rank(); ++axis) order.push_back(axis);
  return ops::transpose(x, order);
}

}  // namespace

Value zero_state(const Value& x, std::int64_t size) {
  const Value column = ops::zeros_like(ops::slice(x, {.starts = {0}, .ends = {1}, .axes = {1}}));
  return ops::add(column, ops::constant(x.builder(), Tensor::zeros(x.dtype(), {1, size})));
}

Values kept_states(LayerContext& c, Values zeros) {
  if (!is_stateful(c)) return zeros;
  for (std::size_t i = 0; i < zeros.size(); ++i) {
    if (zeros[i].dim(0) == kAnyDim)
      fail(ErrorCode::kInvalidArgument, "stateful=true needs a fixed number of samples in a batch: give the input a batch_size");
    zeros[i] = c.memory(state_name(i), zeros[i].shape());
  }
  return zeros;
}

std::vector<Feature> run_cell(LayerContext& c, MakeCell make, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical(), mask = inputs[0].mask;
  if (x.rank() != 3 || x.dim(1) == kAnyDim || x.dim(2) == kAnyDim)
    fail(ErrorCode::kShapeMismatch, "expects sequences [N, steps, features] of a known length (shape {})", x.shape());
  if (x.dim(1) == 0) fail(ErrorCode::kShapeMismatch, "expects at least one step (shape {})", x.shape());
  const Value first = step_of(x, 0);
  const RecurrentCell cell = make(c, first);
  const Values initial = initial_states(c, cell, first, inputs);
  const bool backwards = c.flag("go_backwards");
  const auto scanned = [&] {
    return scan_steps({cell.project(x, cell.input_weights), initial, cell.step_weights, mask, backwards, cell.output}, cell.step);
  };
  return chosen_results(c, cell.run ? cell.run(x, initial, mask, backwards) : scanned(), cell.output, mask);
}

ops::Recurrence<Value> scan_steps(const CellRun& run, const RecurrentCell::Step& step) {
  Values sequences = {steps_first(run.projected)};
  if (run.mask.defined()) sequences.push_back(with_axes_of(steps_first(run.mask), run.projected));
  const auto scanned = [&](const ops::ScanStep& in) {
    Values states = step(in.states, in.slices[0], in.captured);
    for (std::size_t i = 0; i < states.size() && run.mask.defined(); ++i) states[i] = ops::where(in.slices[1], states[i], in.states[i]);
    return ops::ScanStep{states, {states[run.output]}, {}};
  };
  const ops::ScanResult made = ops::scan(run.initial, sequences, run.captured, scanned, {.reverse = run.reverse});
  return {steps_first(made.outputs[0]), made.states};
}

std::vector<Feature> chosen_results(LayerContext& c, const ops::Recurrence<Value>& run, std::size_t output, const Value& mask) {
  const bool backwards = c.flag("go_backwards"), zeroed = mask.defined() && c.flag("zero_output_for_mask");
  for (std::size_t i = 0; i < run.states.size() && is_stateful(c); ++i) c.remember(state_name(i), run.states[i]);
  Value y = run.sequence;
  if (zeroed) y = ops::where(with_axes_of(mask, y), y, ops::constant_like(y, 0));
  std::vector<Feature> results;
  if (c.flag("return_sequences")) {
    // Keras gives the steps in the order in which they ran.
    results.emplace_back(backwards ? ops::flip(y, {1}) : y);
    results[0].mask = mask;
  } else {
    results.emplace_back(zeroed ? step_of(y, backwards ? 0 : y.dim(1) - 1) : run.states[output]);
  }
  if (c.flag("return_state")) results.insert(results.end(), run.states.begin(), run.states.end());
  return results;
}

std::vector<Feature> given_states(std::span<const Feature> inputs, std::size_t count) {
  if (inputs.size() > 1 && inputs.size() != count + 1)
    fail(ErrorCode::kInvalidArgument, "takes {} initial states or none, got {}", count, inputs.size() - 1);
  return {inputs.begin() + 1, inputs.end()};
}

std::vector<Feature> step_cell(LayerContext& c, MakeCell make, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  if (x.rank() != 2) fail(ErrorCode::kShapeMismatch, "expects one step [N, features] (shape {})", x.shape());
  const RecurrentCell cell = make(c, x);
  const Values states = cell.step(initial_states(c, cell, x, inputs), cell.project(x, cell.input_weights), cell.step_weights);
  std::vector<Feature> results = {Feature(states[cell.output])};
  results.insert(results.end(), states.begin(), states.end());
  return results;
}

std::vector<Feature> call_owned(LayerContext& c, const Layer& layer, const std::string& name, std::span<const Feature> inputs) {
  std::vector<Feature> results;
  c.within(layer, name, [&] { results = internal::build_layer(c, layer, inputs); });
  return results;
}

CellWeights cell_weights(LayerContext& c, const CellShapes& shapes, const Spec& bias_initializer) {
  const auto weight = [&](std::string_view name, const Shape& shape, std::string_view kind, const Spec& initializer) {
    return c.weight({.name = std::string(name),
                     .shape = shape,
                     .initializer = initializer,
                     .regularizer = c.spec(fmt::format("{}_regularizer", kind)),
                     .constraint = c.spec(fmt::format("{}_constraint", kind)),
                     .order = shape.rank() > 2 ? convolution_order(shape) : StoredOrder{}});
  };
  CellWeights made;
  made.kernel = weight("kernel", shapes.kernel, "kernel", c.spec("kernel_initializer"));
  made.recurrent_kernel = weight("recurrent_kernel", shapes.recurrent_kernel, "recurrent", c.spec("recurrent_initializer"));
  if (c.flag("use_bias")) made.bias = weight("bias", shapes.bias, "bias", bias_initializer);
  return made;
}

CellWeights dense_cell_weights(LayerContext& c, const Value& x, std::int64_t gates, const Shape& bias_shape, const Spec& bias_initializer) {
  const std::int64_t units = c.integer("units");
  return cell_weights(c, {{x.dim(-1), gates * units}, {units, gates * units}, bias_shape}, bias_initializer);
}

Spec lstm_bias_initializer(const LayerContext& c) {
  const Spec given = c.spec("bias_initializer");
  if (!c.flag("unit_forget_bias")) return given;
  if (given.name != "zeros") {
    fail(ErrorCode::kUnsupported, "unit_forget_bias goes only with bias_initializer zeros, got '{}'; set it to false", given.to_string());
  }
  return "unit_forget";
}

std::vector<Value> lstm_states(const LstmActivations& by, std::span<const Feature> gates, const Value& memory) {
  const auto gate = [&](std::size_t which) { return activate(by.gate, gates[which]).value; };
  const Value cell = ops::add(ops::mul(gate(1), memory), ops::mul(gate(0), activate(by.activation, gates[2]).value));
  return {ops::mul(gate(3), activate(by.activation, gates[3].with(cell)).value), cell};
}

namespace {

// A dropout mask like `like`, the same for all steps; undefined unless training with a rate.
Value step_dropout(LayerContext& c, std::string_view rate, const Value& like) {
  if (!c.training() || c.number(rate) == 0) return {};
  const Value ones = ops::broadcast_to_like(ops::constant_like(like, 1), like);
  return dropped(c, ones, c.number(rate));
}

}  // namespace

CellDropout add_bias_and_dropout(LayerContext& c, const Value& x, const Value& bias, RecurrentCell& cell) {
  const CellDropout masks = {step_dropout(c, "dropout", x), step_dropout(c, "recurrent_dropout", zero_state(x, cell.states[0]))};
  if (bias.defined()) cell.input_weights.push_back(bias);
  if (masks.input.defined()) cell.input_weights.push_back(masks.input);
  if (masks.state.defined()) cell.step_weights.push_back(masks.state);
  cell.project = [biased = bias.defined(), drops = masks.input.defined()](const Value& from, std::span<const Value> weights) {
    const Value y = ops::matmul(kept_input(from, drops ? weights.back() : Value()), weights[0]);
    return biased ? ops::add(y, weights[1]) : y;
  };
  return masks;
}

Value kept_input(const Value& x, const Value& mask) {
  if (!mask.defined()) return x;
  return ops::mul(x, x.rank() == 3 ? ops::expand_dims(mask, {1}) : mask);
}

bool has_usual_activations(const LayerContext& c) {
  return c.spec("activation").to_string() == "tanh" && c.spec("recurrent_activation").to_string() == "sigmoid";
}

std::vector<AttributeDef> cell_config(const AttributeDef& size) {
  return {size,
          {"activation", "tanh", any_value, "activation"},
          {"use_bias", true, any_value, "add a bias"},
          {"kernel_initializer", "glorot_uniform", any_value, "initialiser of the input's kernel"},
          {"recurrent_initializer", "orthogonal", any_value, "initialiser of the state's kernel"},
          {"bias_initializer", "zeros", any_value, "initialiser of the bias"},
          {"kernel_regularizer", "", any_value, "penalty on the input's kernel"},
          {"kernel_constraint", "", any_value, "constraint on the kernel"},
          {"recurrent_regularizer", "", any_value, "penalty on the state's kernel"},
          {"recurrent_constraint", "", any_value, "constraint on the recurrent kernel"},
          {"bias_regularizer", "", any_value, "penalty on the bias"},
          {"bias_constraint", "", any_value, "constraint on the bias"},
          {"dropout", 0.0, probability, "share of the input to zero while training, the same at all steps"},
          {"recurrent_dropout", 0.0, probability, "share of the state to zero in the products with it, the same at all steps"}};
}

std::vector<AttributeDef> run_config() {
  return {{"return_sequences", false, any_value, "give the output of every step, not only the last"},
          {"return_state", false, any_value, "give the last states, too"},
          {"go_backwards", false, any_value, "from the last step to the first"},
          {"stateful", false, any_value, "start where the batch before ended; the input needs a batch_size"},
          {"unroll", false, any_value, "accepted; the loop is the same"},
          {"zero_output_for_mask", false, any_value, "masked steps give 0, not the output before them"}};
}

}  // namespace lepton::nn
