// Layers on sequences [N, steps, features], with Keras's gate order, weights and masks.
#pragma once

#include "lepton/nn/layer.hpp"
#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

struct MaskingOptions {
  double mask_value = 0;
  Dims input_shape = {};
  std::string name = {};
};
/// Steps whose features all equal `mask_value` are skipped by the layers behind and become 0: [N, T, C] -> [N, T, C].
Layer Masking(const MaskingOptions& options = {});

struct SimpleRNNOptions {
  Spec activation = "tanh";
  bool use_bias = true;
  Spec kernel_initializer = "glorot_uniform";
  Spec recurrent_initializer = "orthogonal";
  Spec bias_initializer = "zeros";
  Spec kernel_regularizer = {};
  Spec kernel_constraint = {};
  Spec recurrent_regularizer = {};
  Spec recurrent_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  double dropout = 0;
  double recurrent_dropout = 0;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;  // starts where the batch before ended, until Model::reset_states
  bool unroll = false;
  Dims input_shape = {};
  std::int64_t batch_size = 0;
  std::string name = {};
};
struct LSTMOptions {
  Spec activation = "tanh";
  Spec recurrent_activation = "sigmoid";
  bool use_bias = true;
  Spec kernel_initializer = "glorot_uniform";
  Spec recurrent_initializer = "orthogonal";
  Spec bias_initializer = "zeros";
  Spec kernel_regularizer = {};
  Spec kernel_constraint = {};
  Spec recurrent_regularizer = {};
  Spec recurrent_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  bool unit_forget_bias = true;  // the forget gate's bias starts at 1
  double dropout = 0;
  double recurrent_dropout = 0;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;  // starts where the batch before ended, until Model::reset_states
  bool unroll = false;
  Dims input_shape = {};
  std::int64_t batch_size = 0;
  std::string name = {};
};
struct GRUOptions {
  Spec activation = "tanh";
  Spec recurrent_activation = "sigmoid";
  bool use_bias = true;
  Spec kernel_initializer = "glorot_uniform";
  Spec recurrent_initializer = "orthogonal";
  Spec bias_initializer = "zeros";
  Spec kernel_regularizer = {};
  Spec kernel_constraint = {};
  Spec recurrent_regularizer = {};
  Spec recurrent_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  bool reset_after = true;  // the reset gate acts behind the product with the state, which has a bias of its own
  double dropout = 0;
  double recurrent_dropout = 0;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;  // starts where the batch before ended, until Model::reset_states
  bool unroll = false;
  Dims input_shape = {};
  std::int64_t batch_size = 0;
  std::string name = {};
};

/// h' = activation(x W + h U + b). Inputs: [N, T, C], then an initial state [N, units] or none. Outputs: [N, units] or, with
/// return_sequences, [N, T, units]; with return_state then the state. Masked steps keep the state and repeat the output, beside initial
/// states, too (where Keras wants the mask as an argument).
Layer SimpleRNN(std::int64_t units, const SimpleRNNOptions& options = {});
/// Long short-term memory; kernels hold the gates i, f, c, o side by side. States: h and c. Otherwise as SimpleRNN.
/// Source:  Hochreiter & Schmidhuber 1997.
Layer LSTM(std::int64_t units, const LSTMOptions& options = {});
/// Gated recurrent unit; kernels hold the gates z, r, h side by side. Otherwise as SimpleRNN. Source:  Cho et al. 2014.
Layer GRU(std::int64_t units, const GRUOptions& options = {});

/// One step: inputs x [N, C] and the states (none: zeros); outputs the output and the new states. For RNN().
Layer SimpleRNNCell(std::int64_t units, const SimpleRNNOptions& options = {});
Layer LSTMCell(std::int64_t units, const LSTMOptions& options = {});
Layer GRUCell(std::int64_t units, const GRUOptions& options = {});
/// Cells of which each takes the output of the one before.
Layer StackedRNNCells(const std::vector<Layer>& cells, const std::string& name = {});

struct RNNOptions {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;  // starts where the batch before ended, until Model::reset_states
  bool unroll = false;
  bool zero_output_for_mask = false;
  Dims input_shape = {};
  std::int64_t batch_size = 0;
  std::string name = {};
};
/// Runs a cell over the steps of a sequence.
Layer RNN(const Layer& cell, const RNNOptions& options = {});
/// The same for several cells, stacked.
Layer RNN(const std::vector<Layer>& cells, const RNNOptions& options = {});

struct ConvLSTMOptions {
  Dims strides = {};  // of the input's convolution, as padding and dilation_rate; that of the state keeps its size
  std::string padding = "valid";
  Dims dilation_rate = {};
  Spec activation = "tanh";
  Spec recurrent_activation = "sigmoid";
  bool use_bias = true;
  Spec kernel_initializer = "glorot_uniform";
  Spec recurrent_initializer = "orthogonal";
  Spec bias_initializer = "zeros";
  Spec kernel_regularizer = {};
  Spec kernel_constraint = {};
  Spec recurrent_regularizer = {};
  Spec recurrent_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  bool unit_forget_bias = true;
  double dropout = 0;
  double recurrent_dropout = 0;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;  // starts where the batch before ended, until Model::reset_states
  Dims input_shape = {};
  std::int64_t batch_size = 0;
  std::string name = {};
};
/// LSTM whose products are convolutions, over sequences of pictures: [N, T, spatial…, C] -> [N, spatial…, filters] or, with
/// return_sequences, [N, T, spatial…, filters]. States: h and c. Otherwise as LSTM.
/// Source:  Shi et al. 2015, "Convolutional LSTM Network".
Layer ConvLSTM1D(std::int64_t filters, std::int64_t kernel_size, const ConvLSTMOptions& options = {});
Layer ConvLSTM2D(std::int64_t filters, const Dims& kernel_size, const ConvLSTMOptions& options = {});
Layer ConvLSTM3D(std::int64_t filters, const Dims& kernel_size, const ConvLSTMOptions& options = {});

struct BidirectionalOptions {
  std::string merge_mode = "concat";       // sum, mul, ave, concat; "" gives both as two outputs
  std::vector<Layer> backward_layer = {};  // empty: the same layer as forward, with weights of its own
  Dims input_shape = {};
  std::int64_t batch_size = 0;
  std::string name = {};
};
/// A recurrent layer from the first step to the last and another back, merged. With return_state, the states of both follow.
Layer Bidirectional(const Layer& layer, const BidirectionalOptions& options = {});

/// Applies a layer to every step: [N, T, …] -> [N, T, …].
Layer TimeDistributed(const Layer& layer, const LayerOptions& options = {});

}  // namespace lepton::nn
