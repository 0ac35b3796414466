// Cells as layers, and as scans over time.
#include "lepton/nn/internal/recurrence.hpp"

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
  return ops::squeeze(ops::slice(sequence, {.starts = {step}, .ends = {step + 1}, .axes = {0}}), {0});
}

Values initial_states(const RecurrentCell& cell, const Value& x, std::span<const Feature> inputs) {
  Values states;
  if (inputs.size() > 1 && inputs.size() != cell.states.size() + 1)
    fail(ErrorCode::kInvalidArgument, "takes {} initial states or none, got {}", cell.states.size(), inputs.size() - 1);
  for (std::size_t i = 0; i < cell.states.size(); ++i)
    states.push_back(inputs.size() > 1 ? inputs[i + 1].logical() : zero_state(x, cell.states[i]));
  return states;
}

}  // namespace

Value zero_state(const Value& x, std::int64_t size) {
  const Value column = ops::zeros_like(ops::slice(x, {.starts = {0}, .ends = {1}, .axes = {1}}));
  return ops::add(column, ops::constant(x.builder(), Tensor::zeros(x.dtype(), {1, size})));
}

std::vector<Feature> run_cell(LayerContext& c, MakeCell make, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  if (x.rank() != 3 || x.dim(1) == kAnyDim || x.dim(2) == kAnyDim)
    fail(ErrorCode::kShapeMismatch, "expects sequences [N, steps, features] of a known length (shape {})", x.shape());
  if (x.dim(1) == 0) fail(ErrorCode::kShapeMismatch, "expects at least one step (shape {})", x.shape());
  const Value steps = ops::transpose(x, {1, 0, 2}), first = step_of(steps, 0);
  const RecurrentCell cell = make(c, first);
  const bool masked = inputs[0].mask.defined(), sequence = c.flag("return_sequences"), backwards = c.flag("go_backwards");
  const bool zeroed = masked && c.flag("zero_output_for_mask");
  Values sequences = {cell.project(steps, cell.input_weights)};
  if (masked) sequences.push_back(ops::expand_dims(ops::transpose(inputs[0].mask, {1, 0}), {2}));
  const ops::ScanResult run = ops::scan(initial_states(cell, first, inputs), sequences, cell.step_weights,
                                        [&](const ops::ScanStep& in) {
                                          ops::ScanStep out{cell.step(in.states, in.slices[0], in.captured), {}, {}};
                                          if (masked) {
                                            for (std::size_t i = 0; i < out.states.size(); ++i)
                                              out.states[i] = ops::where(in.slices[1], out.states[i], in.states[i]);
                                          }
                                          Value y = out.states[cell.output];
                                          if (zeroed) y = ops::where(in.slices[1], y, ops::constant_like(y, 0));
                                          if (sequence || zeroed) out.slices = {y};
                                          return out;
                                        },
                                        {.reverse = backwards});
  std::vector<Feature> results;
  if (sequence) {
    // Keras gives the steps in the order in which they ran.
    const Value y = backwards ? ops::flip(run.outputs[0], {0}) : run.outputs[0];
    results.emplace_back(ops::transpose(y, {1, 0, 2}));
    results[0].mask = inputs[0].mask;
  } else {
    results.emplace_back(zeroed ? step_of(run.outputs[0], backwards ? 0 : x.dim(1) - 1) : run.states[cell.output]);
  }
  if (c.flag("return_state")) results.insert(results.end(), run.states.begin(), run.states.end());
  return results;
}

std::vector<Feature> step_cell(LayerContext& c, MakeCell make, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  if (x.rank() != 2) fail(ErrorCode::kShapeMismatch, "expects one step [N, features] (shape {})", x.shape());
  const RecurrentCell cell = make(c, x);
  const Values states = cell.step(initial_states(cell, x, inputs), cell.project(x, cell.input_weights), cell.step_weights);
  std::vector<Feature> results = {Feature(states[cell.output])};
  results.insert(results.end(), states.begin(), states.end());
  return results;
}

std::vector<Feature> call_owned(LayerContext& c, const Layer& layer, const std::string& name, std::span<const Feature> inputs) {
  std::vector<Feature> results;
  c.within(layer, name, [&] { results = internal::build_layer(c, layer, inputs); });
  return results;
}

CellWeights cell_weights(LayerContext& c, const Value& x, std::int64_t gates, const Shape& bias_shape, const Spec& bias_initializer) {
  const std::int64_t units = c.integer("units");
  const auto weight = [&](std::string_view name, const Shape& shape, std::string_view kind, const Spec& initializer) {
    return c.weight({.name = std::string(name),
                     .shape = shape,
                     .initializer = initializer,
                     .regularizer = c.spec(fmt::format("{}_regularizer", kind)),
                     .constraint = c.spec(fmt::format("{}_constraint", kind))});
  };
  CellWeights made;
  made.kernel = weight("kernel", {x.dim(-1), gates * units}, "kernel", c.spec("kernel_initializer"));
  made.recurrent_kernel = weight("recurrent_kernel", {units, gates * units}, "recurrent", c.spec("recurrent_initializer"));
  if (c.flag("use_bias")) made.bias = weight("bias", bias_shape, "bias", bias_initializer);
  return made;
}

namespace {

// A dropout mask like `like`, the same for all steps; undefined unless training with a rate.
Value step_dropout(LayerContext& c, std::string_view rate, const Value& like) {
  if (!c.training() || c.number(rate) == 0) return {};
  const Value ones = ops::broadcast_to_like(ops::constant_like(like, 1), like);
  return dropped(c, ones, c.number(rate));
}

}  // namespace

bool add_bias_and_dropout(LayerContext& c, const Value& x, const Value& bias, RecurrentCell& cell) {
  const Value dropped = step_dropout(c, "dropout", x), forgotten = step_dropout(c, "recurrent_dropout", zero_state(x, cell.states[0]));
  if (bias.defined()) cell.input_weights.push_back(bias);
  if (dropped.defined()) cell.input_weights.push_back(dropped);
  if (forgotten.defined()) cell.step_weights.push_back(forgotten);
  cell.project = [biased = bias.defined(), drops = dropped.defined()](const Value& from, std::span<const Value> weights) {
    const Value y = ops::matmul(drops ? ops::mul(from, weights.back()) : from, weights[0]);
    return biased ? ops::add(y, weights[1]) : y;
  };
  return forgotten.defined();
}

std::vector<AttributeDef> cell_config() {
  return {{"units", 1, positive, "size of the output", true},
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
          {"unroll", false, any_value, "accepted; the loop is the same"},
          {"zero_output_for_mask", false, any_value, "masked steps give 0, not the output before them"}};
}

}  // namespace lepton::nn
