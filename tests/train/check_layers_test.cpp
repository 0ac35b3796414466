// Every layer of the table keeps its promises, and the checker finds a broken one.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lepton/nn/layers.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/train/testing/check_layer.hpp"

namespace lepton::train::testing {
namespace {

using namespace nn;

void add_convolutions(std::vector<LayerCase>& all) {
  all.push_back({Conv1D(3, 3, {.padding = "causal"}), {{7, 2}}, {7, 3}, 21});
  all.push_back({Conv2D(4, {3, 3}, {.strides = {2, 2}, .padding = "same"}), {{5, 6, 2}}, {3, 3, 4}, 76});
  all.push_back({Conv3D(2, {2, 2, 2}), {{3, 4, 3, 2}}, {2, 3, 2, 2}, 34});
  all.push_back({DepthwiseConv1D(3), {{6, 2}}, {4, 2}, 8});
  all.push_back({DepthwiseConv2D({3, 3}, {.depth_multiplier = 2}), {{5, 5, 2}}, {3, 3, 4}, 40});
  all.push_back({SeparableConv1D(4, 3), {{6, 2}}, {4, 4}, 18});
  all.push_back({SeparableConv2D(3, {3, 3}, {.padding = "same"}), {{5, 5, 2}}, {5, 5, 3}, 27});
  all.push_back({Conv1DTranspose(3, 3, {.strides = {2}}), {{4, 2}}, {9, 3}, 21});
  all.push_back({Conv2DTranspose(3, {3, 3}, {.strides = {2, 2}, .padding = "same"}), {{3, 4, 2}}, {6, 8, 3}, 57});
  all.push_back({Conv3DTranspose(2, {2, 2, 2}), {{2, 3, 2, 2}}, {3, 4, 3, 2}, 34});
}

void add_pooling(std::vector<LayerCase>& all) {
  all.push_back({MaxPooling1D(2), {{6, 2}}, {3, 2}});
  all.push_back({MaxPooling2D({2, 2}), {{4, 6, 2}}, {2, 3, 2}});
  all.push_back({MaxPooling3D({2, 2, 2}), {{4, 4, 2, 2}}, {2, 2, 1, 2}});
  all.push_back({AveragePooling1D(2), {{6, 2}}, {3, 2}});
  all.push_back({AveragePooling2D({2, 2}, {.padding = "same"}), {{5, 6, 2}}, {3, 3, 2}});
  all.push_back({AveragePooling3D({2, 2, 2}), {{4, 4, 2, 2}}, {2, 2, 1, 2}});
  all.push_back({AdaptiveAveragePooling1D(2), {{5, 2}}, {2, 2}});
  all.push_back({AdaptiveAveragePooling2D({2, 3}), {{4, 5, 2}}, {2, 3, 2}});
  all.push_back({AdaptiveAveragePooling3D({1, 2, 2}), {{2, 3, 4, 2}}, {1, 2, 2, 2}});
  all.push_back({AdaptiveMaxPooling1D(2), {{5, 2}}, {2, 2}});
  all.push_back({AdaptiveMaxPooling2D({3}), {{4, 5, 2}}, {3, 3, 2}});
  all.push_back({AdaptiveMaxPooling3D({1, 2, 2}), {{2, 3, 4, 2}}, {1, 2, 2, 2}});
  all.push_back({GlobalMaxPooling1D(), {{6, 3}}, {3}});
  all.push_back({GlobalMaxPooling2D(), {{4, 3, 3}}, {3}});
  all.push_back({GlobalMaxPooling3D(), {{2, 3, 2, 3}}, {3}});
  all.push_back({GlobalAveragePooling1D(), {{6, 3}}, {3}});
  all.push_back({GlobalAveragePooling2D({.keepdims = true}), {{4, 3, 3}}, {1, 1, 3}});
  all.push_back({GlobalAveragePooling3D(), {{2, 3, 2, 3}}, {3}});
}

void add_normalisations(std::vector<LayerCase>& all) {
  all.push_back({BatchNormalization(), {{3, 4, 2}}, {3, 4, 2}, 8, true});
  all.push_back({LayerNormalization(), {{3, 4}}, {3, 4}, 8});
  all.push_back({GroupNormalization({.groups = 2}), {{3, 2, 4}}, {3, 2, 4}, 8});
  all.push_back({RMSNormalization(), {{3, 4}}, {3, 4}, 4});
  all.push_back({UnitNormalization(), {{3, 4}}, {3, 4}});
  all.push_back({Normalization({.mean = {1, 2}, .variance = {4, 0.5}}), {{3, 2}}, {3, 2}});
  all.push_back({LayerScale({.initial = 0.5}), {{3, 4}}, {3, 4}, 4});
  all.push_back({Rescaling(0.5, {.offset = 1}), {{3, 2}}, {3, 2}});
}

void add_activations(std::vector<LayerCase>& all) {
  all.push_back({Activation("gelu"), {{3, 4}}, {3, 4}});
  all.push_back({ReLU({.max_value = 1, .negative_slope = 0.1}), {{3, 4}}, {3, 4}});
  all.push_back({LeakyReLU(), {{3, 4}}, {3, 4}});
  all.push_back({ELU(), {{3, 4}}, {3, 4}});
  all.push_back({Softmax(), {{3, 4}}, {3, 4}});
  all.push_back({PReLU({.shared_axes = {1}}), {{3, 4}}, {3, 4}, 4});
}

void add_regularisation(std::vector<LayerCase>& all) {
  all.push_back({Dropout(0.2), {{8, 4}}, {8, 4}, 0, true});
  all.push_back({SpatialDropout1D(0.3), {{3, 16}}, {3, 16}, 0, true});
  all.push_back({SpatialDropout2D(0.3), {{2, 2, 16}}, {2, 2, 16}, 0, true});
  all.push_back({SpatialDropout3D(0.3), {{2, 2, 1, 16}}, {2, 2, 1, 16}, 0, true});
  all.push_back({GaussianNoise(0.05), {{3, 4}}, {3, 4}, 0, true});
  all.push_back({GaussianDropout(0.05), {{3, 4}}, {3, 4}, 0, true});
  all.push_back({AlphaDropout(0.1), {{8, 4}}, {8, 4}, 0, true});
  all.push_back({StochasticDepth(0.2), {{8, 4}}, {8, 4}, 0, true});
  all.push_back({ActivityRegularization({.l1 = 1e-4, .l2 = 1e-4}), {{3, 4}}, {3, 4}});
}

// tanh(x W + b), as a graph.
Layer small_graph_layer() {
  graph::GraphBuilder builder("imported");
  const Value x = builder.input("x", {DType::kF32, {kAnyDim, 4}});
  const Value kernel = builder.input("fc.weight", {DType::kF32, {4, 3}}, graph::InputKind::kState);
  const Value bias = builder.input("fc.bias", {DType::kF32, {3}}, graph::InputKind::kState);
  builder.output("y", ops::tanh(ops::add(ops::matmul(x, kernel), bias)));
  return GraphLayer(std::move(builder).finish());
}

void add_shapes_and_merges(std::vector<LayerCase>& all) {
  all.push_back({Dense(3, {.activation = "tanh"}), {{4}}, {3}, 15});
  all.push_back({Identity(), {{4}}, {4}, 0});
  all.push_back({small_graph_layer(), {{4}}, {3}, 15});
  all.push_back({Embedding(7, 3), {{5}}, {5, 3}, 21, false, 7});
  all.push_back({ClassToken(), {{3, 2}}, {4, 2}, 2});
  all.push_back({PositionEmbedding(), {{3, 2}}, {3, 2}, 6});
  all.push_back({Flatten(), {{3, 2, 2}}, {12}});
  all.push_back({Reshape({-1, 3}), {{3, 4}}, {4, 3}});
  all.push_back({Permute({2, 1}), {{3, 4}}, {4, 3}});
  all.push_back({RepeatVector(2), {{4}}, {2, 4}});
  all.push_back({UpSampling1D(2), {{3, 2}}, {6, 2}});
  all.push_back({UpSampling2D({2, 3}, {.interpolation = "bilinear"}), {{3, 2, 2}}, {6, 6, 2}});
  all.push_back({UpSampling3D({1, 2, 1}), {{2, 2, 2, 2}}, {2, 4, 2, 2}});
  all.push_back({ZeroPadding1D({1, 2}), {{3, 2}}, {6, 2}});
  all.push_back({ZeroPadding2D({1}), {{3, 2, 2}}, {5, 4, 2}});
  all.push_back({ZeroPadding3D({0, 1, 2}), {{2, 2, 2, 1}}, {2, 4, 6, 1}});
  all.push_back({Cropping1D({1, 0}), {{4, 2}}, {3, 2}});
  all.push_back({Cropping2D({1, 0, 0, 1}), {{4, 3, 2}}, {3, 2, 2}});
  all.push_back({Cropping3D({1}), {{4, 3, 3, 2}}, {2, 1, 1, 2}});
  const std::vector<Dims> two = {{3, 2}, {3, 2}};
  for (const Layer& merge : {Add(), Subtract(), Multiply(), Average(), Maximum(), Minimum()}) all.push_back({merge, two, {3, 2}});
  all.push_back({Concatenate(), two, {3, 4}});
  all.push_back({Dot({2}), two, {3, 3}});
}

void add_preprocessing(std::vector<LayerCase>& all) {
  all.push_back({Resizing(4, 5, {.interpolation = "bicubic"}), {{3, 6, 2}}, {4, 5, 2}});
  all.push_back({CenterCrop(2, 3), {{4, 4, 2}}, {2, 3, 2}});
  all.push_back({RandomCrop(3, 4), {{5, 6, 1}}, {3, 4, 1}, 0, true});
  all.push_back({RandomFlip(), {{3, 4, 2}}, {3, 4, 2}, 0, true});
  all.push_back({RandomRotation(0.1), {{5, 4, 2}}, {5, 4, 2}, 0, true});
  all.push_back({RandomZoom({-0.2, 0.3}, 0.1), {{5, 4, 2}}, {5, 4, 2}, 0, true});
  all.push_back({RandomTranslation(0.2, {-0.1, 0.3}, {.fill_mode = "wrap"}), {{5, 4, 2}}, {5, 4, 2}, 0, true});
  all.push_back({RandomContrast(0.3, {.value_range = {-9, 9}}), {{5, 4, 2}}, {5, 4, 2}, 0, true});
  all.push_back({Discretization({1, 2.5}, {.output_mode = "one_hot"}), {{4}}, {4, 3}, 0, false, 4});
  all.push_back({CategoryEncoding(5, {.output_mode = "count"}), {{4}}, {5}, 0, false, 5});
  all.push_back({IntegerLookup({3, 1, 4}, {.num_oov_indices = 2, .output_mode = "count"}), {{4}}, {5}, 0, false, 6});
}

void add_sequences(std::vector<LayerCase>& all) {
  all.push_back({Masking(), {{4, 3}}, {4, 3}});
  all.push_back({SimpleRNN(3, {.return_sequences = true}), {{4, 2}}, {4, 3}, 18});
  all.push_back({LSTM(3), {{4, 2}}, {3}, 72});
  all.push_back({GRU(3), {{4, 2}}, {3}, 63});
  all.push_back({SimpleRNNCell(3), {{2}, {3}}, {3}, 18});
  all.push_back({LSTMCell(3), {{2}, {3}, {3}}, {3}, 72});
  all.push_back({GRUCell(3), {{2}, {3}}, {3}, 63});
  all.push_back({StackedRNNCells({GRUCell(3), SimpleRNNCell(2)}), {{2}, {3}, {2}}, {2}, 75});
  all.push_back({RNN({GRUCell(3), SimpleRNNCell(2)}), {{4, 2}}, {2}, 75});
  all.push_back({Bidirectional(GRU(3)), {{4, 2}}, {6}, 126});
  all.push_back({ConvLSTM1D(2, 3, {.padding = "same"}), {{3, 4, 2}}, {4, 2}, 104});
  all.push_back({ConvLSTM2D(2, {2, 2}, {.dropout = 0.3, .recurrent_dropout = 0.2}), {{2, 3, 3, 1}}, {2, 2, 2}, 104, true});
  all.push_back({ConvLSTM3D(1, {2, 1, 1}), {{2, 3, 2, 1, 1}}, {2, 2, 1, 1}, 20});
  all.push_back({TimeDistributed(Dense(2)), {{4, 3}}, {4, 2}, 8});
}

void add_attention(std::vector<LayerCase>& all) {
  const std::vector<Dims> two = {{3, 4}, {5, 4}}, differing = {{3, 4}, {5, 6}};
  all.push_back({Attention({.use_scale = true, .score_mode = "concat"}), two, {3, 4}, 2});
  all.push_back({AdditiveAttention({.dropout = 0.1, .use_causal_mask = true}), two, {3, 4}, 4, true});
  all.push_back({MultiHeadAttention(2, 3), differing, {3, 4}, 142});
  all.push_back({GroupQueryAttention(3, 4, 2, {.use_gate = true, .sliding_window = 2}), differing, {3, 4}, 256});
}

std::vector<LayerCase> cases() {
  std::vector<LayerCase> all;
  add_convolutions(all);
  add_pooling(all);
  add_normalisations(all);
  add_activations(all);
  add_regularisation(all);
  add_shapes_and_merges(all);
  add_preprocessing(all);
  add_sequences(all);
  add_attention(all);
  return all;
}

class CheckLayer : public ::testing::TestWithParam<int> {};

TEST_P(CheckLayer, KeepsItsPromises) {
  const std::vector<LayerCase> all = cases();
  for (const LayerFinding& finding : check_layer(all[static_cast<std::size_t>(GetParam())]))
    ADD_FAILURE() << finding.check << ": " << finding.detail;
}

INSTANTIATE_TEST_SUITE_P(Layers, CheckLayer, ::testing::Range(0, static_cast<int>(cases().size())),
                         [](const auto& param) { return std::string(cases()[static_cast<std::size_t>(param.param)].layer.def().name); });

TEST(CheckLayerTest, HasACaseForEveryLayer) {
  std::set<std::string_view> names;
  for (const LayerCase& one : cases()) names.insert(one.layer.def().name);
  for (const LayerDef& def : all_layers()) EXPECT_TRUE(names.contains(def.name)) << def.name;
}

TEST(CheckLayerTest, FindsAWrongGradient) {
  static OpDef twisted = ops::get_op("exp");
  twisted.gradient = [](const RuleContext& c) { return std::vector<Value>{ops::mul(c.grads[0], c.inputs[0])}; };
  const Layer wrong = custom_layer("Twisted", [](LayerContext&, std::span<const Feature> inputs) {
    const Value x = inputs[0].value;
    return std::vector<Feature>{inputs[0].with(apply(twisted, std::span(&x, 1), {})[0])};
  });
  const std::vector<LayerFinding> findings = check_layer({wrong, {{4}}, {4}});
  EXPECT_TRUE(std::ranges::any_of(findings, [](const LayerFinding& f) { return f.check == "gradient"; }));
}

TEST(CheckLayerTest, FindsAWrongShapeAndCount) {
  const std::vector<LayerFinding> findings = check_layer({Dense(3), {{4}}, {4}, 12});
  ASSERT_GE(findings.size(), 2u);
  EXPECT_EQ(findings[0].check, "shape");
  EXPECT_EQ(findings[1].check, "parameters");
}

}  // namespace
}  // namespace lepton::train::testing
