// SimpleRNN: the output is the next step's state.
#include "lepton/nn/activation.hpp"
#include "lepton/nn/internal/recurrence.hpp"
#include "lepton/nn/layers/recurrent.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"

namespace lepton::nn {

RecurrentCell simple_rnn_cell(LayerContext& c, const Value& x) {
  const std::int64_t units = c.integer("units");
  const CellWeights w = dense_cell_weights(c, x, 1, {units}, c.spec("bias_initializer"));
  RecurrentCell cell{.states = {units}, .input_weights = {w.kernel}, .step_weights = {w.recurrent_kernel}};
  add_bias_and_dropout(c, x, w.bias, cell);
  cell.step = [activation = c.spec("activation")](std::span<const Value> states, const Value& projected, std::span<const Value> weights) {
    const Value h = weights.size() > 1 ? ops::mul(states[0], weights[1]) : states[0];
    return std::vector<Value>{activate(activation, Feature(ops::add(projected, ops::matmul(h, weights[0])))).value};
  };
  return cell;
}

std::vector<LayerDef> simple_rnn_layers() {
  std::vector<AttributeDef> config = cell_config();
  for (AttributeDef& more : run_config()) config.push_back(std::move(more));
  return {{.name = "SimpleRNN",
           .summary = "Recurrent layer whose output is the next step's state.",
           .config = std::move(config),
           .max_inputs = 2,
           .build = [](LayerContext& c, std::span<const Feature> inputs) { return run_cell(c, simple_rnn_cell, inputs); }},
          {.name = "SimpleRNNCell",
           .summary = "One step of SimpleRNN.",
           .config = cell_config(),
           .max_inputs = 2,
           .build = [](LayerContext& c, std::span<const Feature> inputs) { return step_cell(c, simple_rnn_cell, inputs); }}};
}

Layer SimpleRNN(std::int64_t units, const SimpleRNNOptions& o) {
  return Layer(get_layer("SimpleRNN"), dense_recurrent_attributes(units, o, false), o.name);
}
Layer SimpleRNNCell(std::int64_t units, const SimpleRNNOptions& o) {
  return Layer(get_layer("SimpleRNNCell"), dense_recurrent_attributes(units, o, true), o.name);
}

}  // namespace lepton::nn
