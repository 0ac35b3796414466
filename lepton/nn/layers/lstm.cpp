// LSTM: a state h and a memory c, with gates i, f, c, o in this order.
#include "lepton/nn/activation.hpp"
#include "lepton/nn/internal/recurrence.hpp"
#include "lepton/nn/layers/recurrent.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<AttributeDef> lstm_config(bool cell) {
  std::vector<AttributeDef> config = cell_config();
  config.push_back({"recurrent_activation", "sigmoid", any_value, "activation of the gates"});
  config.push_back({"unit_forget_bias", true, any_value, "the forget gate's bias starts at 1"});
  if (cell) return config;
  for (AttributeDef& more : run_config()) config.push_back(std::move(more));
  return config;
}

Attributes attributes(std::int64_t units, const LSTMOptions& o, bool cell) {
  Attributes made = dense_recurrent_attributes(units, o, cell);
  made.set("recurrent_activation", o.recurrent_activation.to_string());
  made.set("unit_forget_bias", o.unit_forget_bias);
  return made;
}

}  // namespace

RecurrentCell lstm_cell(LayerContext& c, const Value& x) {
  const std::int64_t units = c.integer("units");
  const CellWeights w = dense_cell_weights(c, x, 4, {4 * units}, lstm_bias_initializer(c));
  RecurrentCell cell{.states = {units, units}, .input_weights = {w.kernel}, .step_weights = {w.recurrent_kernel}};
  const CellDropout dropout = add_bias_and_dropout(c, x, w.bias, cell);
  if (!dropout.state.defined() && has_usual_activations(c)) {
    cell.run = [w, dropout, project = cell.project, inputs = cell.input_weights](const Value& sequence, std::span<const Value> states,
                                                                                 const Value& mask, bool reverse) {
      if (mask.defined()) return ops::lstm_steps(project(sequence, inputs), w.recurrent_kernel, states[0], states[1], mask, reverse);
      return ops::lstm(kept_input(sequence, dropout.input), w.kernel, w.recurrent_kernel, w.bias, states[0], states[1], reverse);
    };
  }
  cell.step = [units, by = LstmActivations{c.spec("activation"), c.spec("recurrent_activation")}](
                  std::span<const Value> states, const Value& projected, std::span<const Value> weights) {
    const Value h = weights.size() > 1 ? ops::mul(states[0], weights[1]) : states[0];
    const std::vector<Value> z = ops::split(ops::add(projected, ops::matmul(h, weights[0])), {units, units, units, units}, -1);
    return lstm_states(by, std::vector<Feature>(z.begin(), z.end()), states[1]);
  };
  return cell;
}

std::vector<LayerDef> lstm_layers() {
  return {{.name = "LSTM",
           .summary = "Long short-term memory.",
           .config = lstm_config(false),
           .max_inputs = 3,
           .build = [](LayerContext& c, std::span<const Feature> inputs) { return run_cell(c, lstm_cell, inputs); }},
          {.name = "LSTMCell",
           .summary = "One step of LSTM.",
           .config = lstm_config(true),
           .max_inputs = 3,
           .build = [](LayerContext& c, std::span<const Feature> inputs) { return step_cell(c, lstm_cell, inputs); }}};
}

Layer LSTM(std::int64_t units, const LSTMOptions& o) { return Layer(get_layer("LSTM"), attributes(units, o, false), o.name); }
Layer LSTMCell(std::int64_t units, const LSTMOptions& o) { return Layer(get_layer("LSTMCell"), attributes(units, o, true), o.name); }

}  // namespace lepton::nn
