// What recurrent layers share: a cell as functions on values, its run over time, and the configuration of both.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "lepton/nn/layer.hpp"
#include "lepton/ops/recurrent.hpp"

namespace lepton::nn {

/// A cell whose weights are made. Its functions see weights only as arguments, so that they can be called inside of a scan, too.
struct RecurrentCell {
  using Values = std::vector<Value>;

  Dims states;             // sizes
  std::size_t output = 0;  // which state is the output
  Values input_weights;    // what `project` needs
  Values step_weights;     // what `step` needs
  /// The part of a step that needs no state: x W + b. For one step [N, C] or all at once [N, T, C].
  std::function<Value(const Value& x, std::span<const Value> input_weights)> project;
  /// The states after a step.
  using Step = std::function<Values(std::span<const Value> states, const Value& projected, std::span<const Value> step_weights)>;
  Step step;
  /// All steps of x [N, T, C] at once, where an operator computes just that; else empty. An undefined mask lets all steps count.
  std::function<ops::Recurrence<Value>(const Value& x, std::span<const Value> states, const Value& mask, bool reverse)> run = {};
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

/// Runs a cell's own step over projected [N, T, …] in a loop; `captured` are the step's weights.
struct CellRun {
  Value projected;
  std::vector<Value> initial, captured;
  Value mask = {};  // [N, T], undefined: all steps count
  bool reverse = false;
  std::size_t output = 0;
};
ops::Recurrence<Value> scan_steps(const CellRun& run, const RecurrentCell::Step& step);

/// Zeros [N, size] for the N of x [N, …].
Value zero_state(const Value& x, std::int64_t size);

/// What a run starts with if no states are given: zeros, or where the batch before ended if the layer is stateful.
std::vector<Value> kept_states(LayerContext& context, std::vector<Value> zeros);

/// The last part of a layer that ran a cell, which keeps the last states if it is stateful: from the output of every step [N, T, …] and the
/// last states to what the layer gives by its return_sequences, return_state and zero_output_for_mask. `output`: which state is the output.
/// An undefined mask lets all steps count.
std::vector<Feature> chosen_results(LayerContext& context, const ops::Recurrence<Value>& run, std::size_t output, const Value& mask);

/// The given initial states in Keras's order, behind the sequence in `inputs`; none if there are none.
std::vector<Feature> given_states(std::span<const Feature> inputs, std::size_t count);

/// Weights of a cell: kernel, recurrent_kernel and, with use_bias, the bias (else undefined).
struct CellWeights {
  Value kernel, recurrent_kernel, bias;
};
struct CellShapes {
  Shape kernel, recurrent_kernel, bias;
};
CellWeights cell_weights(LayerContext& context, const CellShapes& shapes, const Spec& bias_initializer);
/// The same for products with x [N, C] of a cell that has `gates` gates.
CellWeights dense_cell_weights(LayerContext& context, const Value& x, std::int64_t gates, const Shape& bias_shape,
                               const Spec& bias_initializer);

/// The initialiser of an LSTM's bias: with unit_forget_bias that of the forget gate is 1.
Spec lstm_bias_initializer(const LayerContext& context);
/// h and c after a step of an LSTM, from its gates i, f, c, o before their activations.
struct LstmActivations {
  Spec activation, gate;
};
std::vector<Value> lstm_states(const LstmActivations& by, std::span<const Feature> gates, const Value& memory);

/// Dropout masks of a cell, [N, C] and [N, units], the same for all steps; undefined where nothing is dropped.
struct CellDropout {
  Value input, state;
};
/// Completes a cell that has its kernels: the bias of the projection (undefined: none), dropout masks of the input and the state as the
/// last of its input and step weights, and `project`.
CellDropout add_bias_and_dropout(LayerContext& context, const Value& x, const Value& bias, RecurrentCell& cell);
/// One step or all of them behind a dropout mask of the input, if there is one.
Value kept_input(const Value& x, const Value& mask);

/// True for the activations that the operators of LSTM and GRU have: tanh, and sigmoid for the gates.
bool has_usual_activations(const LayerContext& context);

/// Declarations of a cell's configuration (`size` is its first), and of a layer that runs one.
std::vector<AttributeDef> cell_config(const AttributeDef& size = {"units", 1, positive, "size of the output", true});
std::vector<AttributeDef> run_config();

/// The configuration that the options of recurrent layers and their cells have in common, but the size.
template <class Options>
Attributes recurrent_attributes(const Options& o, bool cell) {
  Attributes made = {{"activation", o.activation.to_string()},
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
  made.set("stateful", o.stateful);
  made.set("batch_size", o.batch_size);
  return made;
}
/// The same for SimpleRNN, LSTM, GRU and their cells.
template <class Options>
Attributes dense_recurrent_attributes(std::int64_t units, const Options& o, bool cell) {
  Attributes made = recurrent_attributes(o, cell);
  made.set("units", units);
  if (!cell) made.set("unroll", o.unroll);
  return made;
}

}  // namespace lepton::nn
