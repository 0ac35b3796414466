// What recurrent layers share: a cell as functions on values, its run over time, and the configuration of both.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

/// A cell whose weights are made. Its functions see weights only as arguments, so that they can be called inside of a scan, too.
struct RecurrentCell {
  using Values = std::vector<Value>;

  Dims states;             // sizes
  std::size_t output = 0;  // which state is the output
  Values input_weights;    // what `project` needs
  Values step_weights;     // what `step` needs
  /// The part of a step that needs no state: x W + b. For one step [N, C] or all at once [T, N, C].
  std::function<Value(const Value& x, std::span<const Value> input_weights)> project;
  /// The states after a step.
  std::function<Values(std::span<const Value> states, const Value& projected, std::span<const Value> step_weights)> step;
};

/// Makes the cell that the context's layer declares: "LSTM" and "LSTMCell" alike. `x`: one step of the input, [N, C].
using MakeCell = RecurrentCell (*)(LayerContext& context, const Value& x);

RecurrentCell simple_rnn_cell(LayerContext& context, const Value& x);
RecurrentCell lstm_cell(LayerContext& context, const Value& x);
RecurrentCell gru_cell(LayerContext& context, const Value& x);
RecurrentCell stacked_cells(LayerContext& context, const Value& x);

/// Inputs: a sequence [N, T, C] with or without a mask, then initial states. Outputs: [N, T, H] or the last [N, H], then with
/// return_state the states.
std::vector<Feature> run_cell(LayerContext& context, MakeCell make, std::span<const Feature> inputs);

/// One step of a cell as a layer: inputs x [N, C] and states; outputs the output and the states.
std::vector<Feature> step_cell(LayerContext& context, MakeCell make, std::span<const Feature> inputs);

/// Calls an owned layer under a name of its own.
std::vector<Feature> call_owned(LayerContext& context, const Layer& layer, const std::string& name, std::span<const Feature> inputs);

/// Zeros [N, size] for the N of x [N, …].
Value zero_state(const Value& x, std::int64_t size);

/// Weights of a cell that has `gates` gates: kernel, recurrent_kernel and, with use_bias, the bias (else undefined).
struct CellWeights {
  Value kernel, recurrent_kernel, bias;
};
CellWeights cell_weights(LayerContext& context, const Value& x, std::int64_t gates, const Shape& bias_shape, const Spec& bias_initializer);

/// Completes a cell that has its kernels: the bias of the projection (undefined: none), dropout masks of the input and the state as the
/// last of its input and step weights, and `project`. Returns whether the state has a mask.
bool add_bias_and_dropout(LayerContext& context, const Value& x, const Value& bias, RecurrentCell& cell);

/// Declarations of a cell's configuration, and of a layer that runs one.
std::vector<AttributeDef> cell_config();
std::vector<AttributeDef> run_config();

/// The configuration that the options of SimpleRNN, LSTM, GRU and their cells have in common.
template <class Options>
Attributes recurrent_attributes(std::int64_t units, const Options& o, bool cell) {
  Attributes made = {{"units", units},
                     {"activation", o.activation.to_string()},
                     {"use_bias", o.use_bias},
                     {"kernel_initializer", o.kernel_initializer.to_string()},
                     {"recurrent_initializer", o.recurrent_initializer.to_string()},
                     {"bias_initializer", o.bias_initializer.to_string()},
                     {"kernel_regularizer", o.kernel_regularizer.to_string()},
                     {"kernel_constraint", o.kernel_constraint.to_string()},
                     {"recurrent_regularizer", o.recurrent_regularizer.to_string()},
                     {"recurrent_constraint", o.recurrent_constraint.to_string()},
                     {"bias_regularizer", o.bias_regularizer.to_string()},
                     {"bias_constraint", o.bias_constraint.to_string()},
                     {"dropout", o.dropout},
                     {"recurrent_dropout", o.recurrent_dropout},
                     {"input_shape", o.input_shape}};
  if (cell) return made;
  made.set("return_sequences", o.return_sequences);
  made.set("return_state", o.return_state);
  made.set("go_backwards", o.go_backwards);
  made.set("unroll", o.unroll);
  return made;
}

}  // namespace lepton::nn
