// GRU: a state with gates z, r, h in this order.
#include "lepton/nn/activation.hpp"
#include "lepton/nn/internal/recurrence.hpp"
#include "lepton/nn/layers/recurrent.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<AttributeDef> gru_config(bool cell) {
  std::vector<AttributeDef> config = cell_config();
  config.push_back({"recurrent_activation", "sigmoid", any_value, "activation of the gates"});
  config.push_back({"reset_after", true, any_value, "the reset gate acts behind the product with the state"});
  if (cell) return config;
  for (AttributeDef& more : run_config()) config.push_back(std::move(more));
  return config;
}

Attributes attributes(std::int64_t units, const GRUOptions& o, bool cell) {
  Attributes made = dense_recurrent_attributes(units, o, cell);
  made.set("recurrent_activation", o.recurrent_activation.to_string());
  made.set("reset_after", o.reset_after);
  return made;
}

Value row(const Value& matrix, std::int64_t index) {
  return ops::squeeze(ops::slice(matrix, {.starts = {index}, .ends = {index + 1}, .axes = {0}}), {0});
}

// What the step does with h U, by gates; `weights` are those of the product, then a dropout mask or none.
struct Step {
  std::int64_t units;
  Spec activation, gate;
  bool reset_after, biased, forgets;

  Value by(const Spec& function, const Value& v) const { return activate(function, Feature(v)).value; }

  std::vector<Value> operator()(std::span<const Value> states, const Value& projected, std::span<const Value> weights) const {
    const Value h = forgets ? ops::mul(states[0], weights.back()) : states[0];
    const std::vector<Value> x = ops::split(projected, {2 * units, units}, -1);
    std::vector<Value> product;
    if (reset_after) {
      const Value all = ops::matmul(h, weights[0]);
      product = ops::split(biased ? ops::add(all, weights[1]) : all, {2 * units, units}, -1);
    } else {
      product = {ops::matmul(h, weights[0])};
    }
    const std::vector<Value> gates = ops::split(by(gate, ops::add(x[0], product[0])), {units, units}, -1);
    const Value past = reset_after ? ops::mul(gates[1], product[1]) : ops::matmul(ops::mul(gates[1], h), weights[1]);
    const Value fresh = by(activation, ops::add(x[1], past));
    return {ops::add(ops::mul(gates[0], states[0]), ops::mul(ops::sub(ops::constant_like(h, 1), gates[0]), fresh))};
  }
};

}  // namespace

RecurrentCell gru_cell(LayerContext& c, const Value& x) {
  const std::int64_t units = c.integer("units");
  const bool reset_after = c.flag("reset_after");
  const CellWeights w = dense_cell_weights(c, x, 3, reset_after ? Shape{2, 3 * units} : Shape{3 * units}, c.spec("bias_initializer"));
  RecurrentCell cell{.states = {units}, .input_weights = {w.kernel}};
  const bool biased = w.bias.defined();
  const Value bias = biased && reset_after ? row(w.bias, 0) : w.bias, recurrent_bias = biased && reset_after ? row(w.bias, 1) : Value();
  if (reset_after) {
    cell.step_weights = {w.recurrent_kernel};
    if (recurrent_bias.defined()) cell.step_weights.push_back(recurrent_bias);
  } else {
    cell.step_weights = ops::split(w.recurrent_kernel, {2 * units, units}, -1);
  }
  const CellDropout dropout = add_bias_and_dropout(c, x, bias, cell);
  const bool forgets = dropout.state.defined();
  if (reset_after && !forgets && has_usual_activations(c)) {
    cell.run = [=, project = cell.project, inputs = cell.input_weights](const Value& sequence, std::span<const Value> states,
                                                                        const Value& mask, bool reverse) {
      if (mask.defined()) return ops::gru_steps(project(sequence, inputs), w.recurrent_kernel, recurrent_bias, states[0], mask, reverse);
      return ops::gru(kept_input(sequence, dropout.input), w.kernel, w.recurrent_kernel, bias, recurrent_bias, states[0], reverse);
    };
  }
  cell.step = Step{units, c.spec("activation"), c.spec("recurrent_activation"), reset_after, biased, forgets};
  return cell;
}

std::vector<LayerDef> gru_layers() {
  return {{.name = "GRU",
           .summary = "Gated recurrent unit.",
           .config = gru_config(false),
           .max_inputs = 2,
           .build = [](LayerContext& c, std::span<const Feature> inputs) { return run_cell(c, gru_cell, inputs); }},
          {.name = "GRUCell",
           .summary = "One step of GRU.",
           .config = gru_config(true),
           .max_inputs = 2,
           .build = [](LayerContext& c, std::span<const Feature> inputs) { return step_cell(c, gru_cell, inputs); }}};
}

Layer GRU(std::int64_t units, const GRUOptions& o) { return Layer(get_layer("GRU"), attributes(units, o, false), o.name); }
Layer GRUCell(std::int64_t units, const GRUOptions& o) { return Layer(get_layer("GRUCell"), attributes(units, o, true), o.name); }

}  // namespace lepton::nn
