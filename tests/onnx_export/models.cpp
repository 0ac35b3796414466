// The table of models.
#include "models.hpp"

#include <algorithm>

#include "lepton/base/random.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::tests {
namespace {

using namespace nn;
using train::Model;
using train::Sequential;

Model mlp() {
  return Sequential({Dense(16, {.activation = "relu", .input_shape = {6}}), Dense(8, {.activation = "tanh"}), Dropout(0.3),
                     Dense(3, {.activation = "softmax"})});
}

Model lenet() {
  return Sequential({Conv2D(6, {5, 5}, {.padding = "same", .activation = "tanh", .input_shape = {28, 28, 1}}), AveragePooling2D(),
                     Conv2D(16, {5, 5}, {.activation = "tanh"}), AveragePooling2D(), Flatten(), Dense(84, {.activation = "tanh"}),
                     Dense(10, {.activation = "softmax"})});
}

Model batch_norm_cnn() {
  return Sequential({Conv2D(8, {3, 3}, {.padding = "same", .use_bias = false, .input_shape = {12, 12, 3}}), BatchNormalization(),
                     Activation("relu"), MaxPooling2D(), BatchNormalization(), Conv2D(4, {3, 3}), BatchNormalization({.scale = false}),
                     GlobalMaxPooling2D(), Dense(2)});
}

Model depthwise_separable_cnn() {
  return Sequential({Conv2D(8, {3, 3}, {.strides = {2, 2}, .padding = "same", .input_shape = {16, 16, 3}}), BatchNormalization(),
                     ReLU({.max_value = 6}), DepthwiseConv2D({3, 3}, {.padding = "same"}), Conv2D(12, {1, 1}),
                     SeparableConv2D(6, {3, 3}, {.strides = {2, 2}, .padding = "same", .activation = "swish"}), GlobalAveragePooling2D(),
                     Dense(5, {.activation = "softmax"})});
}

Model residual() {
  const Symbol x = Input({10, 10, 4});
  Symbol y = Activation("relu")(BatchNormalization()(Conv2D(4, {3, 3}, {.padding = "same"})(x)));
  y = Activation("relu")(Add()({x, Conv2D(4, {3, 3}, {.padding = "same"})(y)}));
  return {x, Dense(3, {.activation = "softmax"})(GlobalAveragePooling2D({.keepdims = true})(y))};
}

Model two_inputs_two_outputs() {
  const Symbol picture = Input({8, 8, 1}, {.name = "picture"}), numbers = Input({5}, {.name = "numbers"});
  const Symbol seen = Flatten()(Conv2D(3, {3, 3}, {.activation = "elu"})(picture));
  const Symbol both = Concatenate()({seen, Dense(4, {.activation = "relu"})(numbers)});
  return {{picture, numbers}, {Dense(3, {.activation = "softmax"})(both), Dense(1, {.activation = "sigmoid"})(both)}};
}

Model conv_1d() {
  return Sequential({Conv1D(6, 3, {.padding = "causal", .dilation_rate = {2}, .activation = "relu", .input_shape = {20, 2}}),
                     MaxPooling1D(2), ZeroPadding1D({1, 2}), Conv1D(4, 4, {.strides = {2}}), SeparableConv1D(4, 2), Cropping1D({1, 0}),
                     GlobalAveragePooling1D(), Dense(2)});
}

Model conv_3d() {
  return Sequential({Conv3D(3, {2, 2, 2}, {.activation = "relu", .input_shape = {5, 6, 4, 2}}), MaxPooling3D({2, 2, 1}),
                     UpSampling3D({1, 2, 1}), GlobalAveragePooling3D(), Dense(2)});
}

Model autoencoder() {
  return Sequential({Conv2D(8, {3, 3}, {.strides = {2, 2}, .padding = "same", .activation = "relu", .input_shape = {12, 12, 1}}),
                     Conv2D(4, {3, 3}, {.strides = {2, 2}, .padding = "same", .activation = "relu"}),
                     Conv2DTranspose(8, {3, 3}, {.strides = {2, 2}, .padding = "same", .activation = "relu"}),
                     Conv2DTranspose(1, {3, 3}, {.strides = {2, 2}, .padding = "same", .activation = "sigmoid"})});
}

Model u_net() {
  const Symbol x = Input({16, 12, 2});
  const Layer first = Conv2D(4, {3, 3}, {.padding = "same", .activation = "relu"});
  const Symbol fine = first(x), coarse = Conv2D(8, {3, 3}, {.padding = "same", .activation = "relu"})(MaxPooling2D()(fine));
  const Symbol coarsest = Conv2D(8, {3, 3}, {.padding = "same", .activation = "relu"})(AveragePooling2D()(coarse));
  const Symbol up = Concatenate()({UpSampling2D({2, 2})(coarsest), coarse});
  const Symbol full = Concatenate()({UpSampling2D({2, 2}, {.interpolation = "bilinear"})(up), fine});
  return {x, Conv2D(2, {1, 1}, {.activation = "softmax"})(full)};
}

Model group_norm() {
  return Sequential({Conv2D(8, {3, 3}, {.input_shape = {9, 9, 3}}), GroupNormalization({.groups = 4}), Activation("gelu"),
                     GroupNormalization({.groups = -1}), GlobalMaxPooling2D(), Dense(3)});
}

Model layer_norm() {
  return Sequential({Dense(8, {.input_shape = {5, 6}}), LayerNormalization(), Activation("silu"), LayerNormalization({.axis = {1, 2}}),
                     RMSNormalization(), UnitNormalization(), Flatten(), Dense(2)});
}

Model text_classifier() {
  const Symbol words = Input({12}, {.dtype = DType::kI64, .name = "words"});
  const Symbol vectors = Embedding(50, 8)(words);
  const Symbol pooled = Concatenate()({GlobalAveragePooling1D()(vectors), GlobalMaxPooling1D()(vectors)});
  return {words, Dense(2, {.activation = "softmax"})(Dense(8, {.activation = "relu"})(pooled))};
}

Model activations() {
  const Symbol x = Input({4, 6});
  std::vector<Symbol> all = {PReLU({.shared_axes = {1}})(x),
                             LeakyReLU(0.2)(x),
                             ELU(0.7)(x),
                             ReLU({.max_value = 1, .negative_slope = 0.1, .threshold = 0.2})(x),
                             Softmax()(x),
                             Softmax({1, 2})(x)};
  for (const char* name : {"relu", "relu6", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softsign", "hard_sigmoid",
                           "hard_swish", "exponential", "log_softmax", "linear", "tanh", "sigmoid"})
    all.push_back(Activation(name)(x));
  return {x, Dense(3)(Concatenate()(all))};
}

Model sequence_softmax() {
  return Sequential({Dense(7, {.activation = "softmax", .input_shape = {9, 3}}), Permute({2, 1}), Activation("log_softmax"),
                     Reshape({-1, 3}), RMSNormalization()});
}

Model preprocessing() {
  const Symbol x = Input({10, 8, 3}, {.dtype = DType::kU8, .name = "image"});
  const Symbol scaled = Rescaling(1.0 / 255, {.offset = -0.5})(x);
  const Symbol y = Normalization({.mean = {0.1, 0.2, -0.1}, .variance = {0.3, 0.2, 0.5}})(scaled);
  return {x, Dense(4, {.activation = "softmax"})(Flatten()(Conv2D(3, {3, 3}, {.activation = "relu"})(y)))};
}

Model table() {
  const Symbol x = Input({11}, {.name = "columns"});
  Symbol y = x;
  for (int i = 0; i < 2; ++i) y = Dropout(0.1)(Activation("relu")(BatchNormalization()(Dense(16)(y))));
  return {x, Dense(1)(y)};
}

Model convolution_options() {
  return Sequential({Conv2D(4, {3, 3}, {.dilation_rate = {2, 2}, .input_shape = {17, 15, 4}}),
                     Conv2D(8, {3, 2}, {.strides = {2, 1}, .padding = "same", .groups = 2}), ZeroPadding2D({1, 0, 2, 1}),
                     Cropping2D({1, 0, 0, 1}), DepthwiseConv2D({3, 3}, {.strides = {2, 2}, .padding = "same", .depth_multiplier = 2}),
                     AveragePooling2D({2, 2}, {.padding = "same"}), MaxPooling2D({3, 2}, {.strides = {1, 1}, .padding = "same"}), Flatten(),
                     Dense(3)});
}

Model transposed_options() {
  return Sequential({Conv2DTranspose(3, {3, 2}, {.strides = {2, 3}, .input_shape = {4, 5, 2}}),
                     Conv2DTranspose(2, {4, 4}, {.strides = {2, 2}, .padding = "same"}), Conv2D(1, {1, 1})});
}

Model merges() {
  const Symbol a = Input({4, 6}, {.name = "a"}), b = Input({4, 6}, {.name = "b"});
  std::vector<Symbol> all;
  for (const Layer& merge : {Add(), Subtract(), Multiply(), Average(), Maximum(), Minimum(), Dot({2}), Dot({1}, {.normalize = true})})
    all.push_back(Flatten()(merge({a, b})));
  return {{a, b}, {Concatenate()(all)}};
}

Model noise() {
  return Sequential({GaussianNoise(0.1, {.input_shape = {6, 4}}), SpatialDropout1D(0.2), GaussianDropout(0.2), AlphaDropout(0.1),
                     ActivityRegularization({.l1 = 0.1}), Dense(4), Flatten(), RepeatVector(3), UpSampling1D(2)});
}

// h = tanh(x w + h u) along the sequence, forwards or backwards; gives all steps and the last one.
Layer recurrent(bool reverse) {
  return custom_layer("Recurrent", [reverse](LayerContext& context, std::span<const Feature> inputs) {
    const Value x = ops::transpose(inputs[0].logical(), {1, 0, 2});
    const std::int64_t size = x.shape()[2];
    const Value w = context.weight({.name = "kernel", .shape = Shape{size, size}, .initializer = "glorot_uniform"});
    const Value u = context.weight({.name = "recurrent_kernel", .shape = Shape{size, size}, .initializer = "glorot_uniform"});
    const Value start = ops::zeros_like(ops::mean(x, {.axes = {0}}));
    const auto step = [](const ops::ScanStep& in) {
      const Value h = ops::tanh(ops::add(ops::matmul(in.slices[0], in.captured[0]), ops::matmul(in.states[0], in.captured[1])));
      return ops::ScanStep{{h}, {h}, {}};
    };
    const ops::ScanResult all = ops::scan({start}, {x}, {w, u}, step, {.reverse = reverse});
    return std::vector<Feature>{ops::add(ops::transpose(all.outputs[0], {1, 0, 2}), ops::expand_dims(all.states[0], {1}))};
  });
}

Model scans() {
  const Symbol x = Input({7, 4});
  const Symbol both = Concatenate()({recurrent(false)(x), recurrent(true)(x)});
  return {x, Dense(2, {.activation = "softmax"})(GlobalAveragePooling1D()(both))};
}

// ONNX's LSTM and GRU in both directions; behind a mask, and with the reset gate before the product, scans.
Model recurrent_layers() {
  const Symbol x = Input({7, 4});
  const Symbol both = Bidirectional(LSTM(5, {.return_sequences = true}))(x);
  const Symbol back = GRU(3, {.return_sequences = true, .go_backwards = true})(both),
               before = GRU(3, {.use_bias = false, .reset_after = false})(back);
  return {x,
          Dense(2)(Concatenate()({before, LSTM(4, {.use_bias = false})(Masking()(x)), SimpleRNN(2)(x), GRU(2, {.use_bias = false})(x)}))};
}

Model conv_lstm() {
  return Sequential({ConvLSTM2D(3, {3, 2}, {.padding = "same", .return_sequences = true, .input_shape = {3, 5, 4, 2}}),
                     ConvLSTM2D(2, {2, 2}), Flatten(), Dense(2)});
}

}  // namespace

const std::vector<NamedModel>& export_models() {
  static const std::vector<NamedModel> all = {{"mlp", mlp},
                                              {"lenet", lenet},
                                              {"batch_norm_cnn", batch_norm_cnn},
                                              {"depthwise_separable_cnn", depthwise_separable_cnn},
                                              {"residual", residual},
                                              {"two_inputs_two_outputs", two_inputs_two_outputs},
                                              {"conv_1d", conv_1d},
                                              {"conv_3d", conv_3d},
                                              {"autoencoder", autoencoder},
                                              {"u_net", u_net},
                                              {"group_norm", group_norm},
                                              {"layer_norm", layer_norm},
                                              {"text_classifier", text_classifier},
                                              {"activations", activations},
                                              {"sequence_softmax", sequence_softmax},
                                              {"preprocessing", preprocessing},
                                              {"table", table},
                                              {"convolution_options", convolution_options},
                                              {"transposed_options", transposed_options},
                                              {"merges", merges},
                                              {"noise", noise},
                                              {"scans", scans},
                                              {"recurrent_layers", recurrent_layers},
                                              {"conv_lstm", conv_lstm}};
  return all;
}

train::Model made(const NamedModel& model) {
  Model result = model.make();
  Random random(7);
  std::vector<Tensor> weights = result.get_weights();
  for (Tensor& weight : weights) {
    const std::vector<double> values = weight.to_vector<double>();
    if (!std::ranges::all_of(values, [&](double v) { return v == values[0]; })) continue;
    const Tensor fresh = Tensor::empty(DType::kF64, weight.shape());
    for (double& v : fresh.span<double>()) v = values[0] + random.uniform(-0.3, 0.3);
    weight = fresh.cast(weight.dtype());
  }
  result.set_weights(weights);
  return result;
}

}  // namespace lepton::tests
