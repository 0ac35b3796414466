// RNN over any cell, and stacks of cells.
#include <algorithm>
#include <map>

#include "lepton/nn/internal/network_context.hpp"
#include "lepton/nn/internal/recurrence.hpp"
#include "lepton/nn/layers/recurrent.hpp"

namespace lepton::nn {
namespace {

RecurrentCell make_cell(LayerContext& c, const Layer& layer, const std::string& name, const Value& x) {
  static const std::map<std::string_view, MakeCell> makers = {
      {"GRUCell", gru_cell}, {"LSTMCell", lstm_cell}, {"SimpleRNNCell", simple_rnn_cell}, {"StackedRNNCells", stacked_cells}};
  const auto make = makers.find(layer.def().name);
  if (make == makers.end()) fail(ErrorCode::kInvalidArgument, "'{}' is not a recurrent cell", layer.def().name);
  RecurrentCell cell;
  c.within(layer, name, [&] { cell = make->second(c, x); });
  return cell;
}

RecurrentCell owned_cell(LayerContext& c, const Value& x) { return make_cell(c, c.layers()[0], internal::own_name(c.layers()[0]), x); }

}  // namespace

RecurrentCell stacked_cells(LayerContext& c, const Value& x) {
  std::vector<RecurrentCell> cells;
  Value input = x;
  for (const Layer& layer : c.layers()) {
    cells.push_back(make_cell(c, layer, fmt::format("{}_{}", internal::own_name(layer), cells.size()), input));
    input = zero_state(x, cells.back().states[cells.back().output]);
  }
  RecurrentCell stack{.input_weights = cells[0].input_weights, .project = cells[0].project};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    stack.output = stack.states.size() + cells[i].output;
    stack.states.insert(stack.states.end(), cells[i].states.begin(), cells[i].states.end());
    if (i > 0) stack.step_weights.insert(stack.step_weights.end(), cells[i].input_weights.begin(), cells[i].input_weights.end());
    stack.step_weights.insert(stack.step_weights.end(), cells[i].step_weights.begin(), cells[i].step_weights.end());
  }
  stack.step = [cells](std::span<const Value> states, const Value& projected, std::span<const Value> weights) {
    const auto take = [](std::span<const Value>& from, std::size_t count) {
      const std::span<const Value> taken = from.first(count);
      from = from.subspan(count);
      return taken;
    };
    std::vector<Value> all;
    Value input_part = projected, output;
    for (const RecurrentCell& cell : cells) {
      if (output.defined()) input_part = cell.project(output, take(weights, cell.input_weights.size()));
      const std::vector<Value> after = cell.step(take(states, cell.states.size()), input_part, take(weights, cell.step_weights.size()));
      output = after[cell.output];
      all.insert(all.end(), after.begin(), after.end());
    }
    return all;
  };
  return stack;
}

std::vector<LayerDef> rnn_layers() {
  return {{.name = "RNN",
           .summary = "Runs a cell over the steps of a sequence.",
           .config = run_config(),
           .max_inputs = -1,
           .min_layers = 1,
           .max_layers = 1,
           .build = [](LayerContext& c, std::span<const Feature> inputs) { return run_cell(c, owned_cell, inputs); }},
          {.name = "StackedRNNCells",
           .summary = "Cells of which each takes the output of the one before.",
           .max_inputs = -1,
           .min_layers = 1,
           .max_layers = -1,
           .build = [](LayerContext& c, std::span<const Feature> inputs) { return step_cell(c, stacked_cells, inputs); }}};
}

Layer StackedRNNCells(const std::vector<Layer>& cells, const std::string& name) {
  return Layer(get_layer("StackedRNNCells"), {}, name, cells);
}

Layer RNN(const Layer& cell, const RNNOptions& o) {
  return Layer(get_layer("RNN"),
               {{"return_sequences", o.return_sequences},
                {"return_state", o.return_state},
                {"go_backwards", o.go_backwards},
                {"stateful", o.stateful},
                {"unroll", o.unroll},
                {"zero_output_for_mask", o.zero_output_for_mask},
                {"input_shape", o.input_shape},
                {"batch_size", o.batch_size}},
               o.name, {cell});
}

Layer RNN(const std::vector<Layer>& cells, const RNNOptions& o) { return RNN(StackedRNNCells(cells), o); }

}  // namespace lepton::nn
