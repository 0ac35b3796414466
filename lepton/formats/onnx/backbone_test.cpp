// Cutting the head off a model, by itself and by name, and freeing the number of samples.
#include "lepton/formats/onnx/backbone.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lepton/graph/verifier.hpp"
#include "lepton/runtime/interpreter.hpp"

namespace lepton::formats {
namespace {

OnnxNode node(std::string op, std::vector<std::string> inputs, std::string output, Attributes attributes = {}) {
  return {
      .op = op, .name = output + "_node", .inputs = std::move(inputs), .outputs = {std::move(output)}, .attributes = std::move(attributes)};
}

// conv, batch normalisation, relu, mean, flatten, product, softmax.
OnnxModelFile classifier() {
  OnnxModelFile file{.opsets = {{"", 13}}};
  OnnxGraph& g = file.graph;
  g.initializers = {{"block/conv.w", Tensor::full(DType::kF32, {4, 3, 3, 3}, 0.1)},
                    {"gamma", Tensor::full(DType::kF32, {4}, 1)},
                    {"beta", Tensor::full(DType::kF32, {4}, 0)},
                    {"mean", Tensor::full(DType::kF32, {4}, 0.5)},
                    {"variance", Tensor::full(DType::kF32, {4}, 2)},
                    {"head.w", Tensor::full(DType::kF32, {4, 10}, 0.1)},
                    {"head.b", Tensor::full(DType::kF32, {10}, 0.1)}};
  g.inputs = {{.name = "x", .dtype = DType::kF32, .dims = Dims{kAnyDim, 3, 8, 8}}};
  g.outputs = {{.name = "probabilities"}};
  g.nodes = {node("Conv", {"x", "block/conv.w"}, "c"),
             node("BatchNormalization", {"c", "gamma", "beta", "mean", "variance"}, "n"),
             node("Relu", {"n"}, "r"),
             node("GlobalAveragePool", {"r"}, "p"),
             node("Flatten", {"p"}, "f"),
             node("MatMul", {"f", "head.w"}, "m"),
             node("Add", {"m", "head.b"}, "logits"),
             node("Softmax", {"logits"}, "probabilities")};
  return file;
}

TEST(BackboneTest, FindsTheFeatures) {
  OnnxModelFile file = classifier();
  EXPECT_EQ(find_features(file.graph).value(), "f");
  file.graph.outputs.push_back({.name = "features"});
  EXPECT_EQ(find_features(file.graph).value(), "features");
  file.graph.outputs = {{.name = "r"}};
  EXPECT_EQ(find_features(file.graph).error().code(), ErrorCode::kUnsupported);
  // A head that is a 1x1 convolution; a 3x3 one is no head.
  file.graph.initializers.push_back({"one", Tensor::full(DType::kF32, {10, 4, 1, 1}, 0.1)});
  file.graph.nodes.push_back(node("Conv", {"p", "one"}, "scores"));
  file.graph.outputs = {{.name = "scores"}};
  EXPECT_EQ(find_features(file.graph).value(), "p");
  file.graph.outputs = {{.name = "c"}};
  EXPECT_EQ(find_features(file.graph).error().code(), ErrorCode::kUnsupported);
}

TEST(BackboneTest, KeepsWhatTheCutNeedsForAnyNumberOfSamples) {
  const OnnxBackbone backbone = onnx_backbone(classifier()).value();
  EXPECT_EQ(backbone.cut, "f");
  ASSERT_TRUE(graph::verify(backbone.graph));
  std::vector<std::string> names;
  for (const auto& [name, value] : backbone.weights) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"block.conv.w", "gamma", "beta", "mean", "variance"}));
  for (const graph::GraphInput& input : backbone.graph.inputs()) {
    if (input.kind != graph::InputKind::kData) continue;
    EXPECT_EQ(input.type.shape, Shape({kAnyDim, 3, 8, 8}));
  }
}

TEST(BackboneTest, LevelsJoinTheFeatures) {
  OnnxModelFile file = classifier();                                                    // one size of maps: 6 x 6, of 4 channels
  file.graph.nodes.insert(file.graph.nodes.begin() + 3, node("Add", {"r", "n"}, "s"));  // a sum comes before what lies behind it
  file.graph.nodes[4].inputs = {"s"};
  for (const int levels : {1, 3}) {
    OnnxBackbone backbone = onnx_backbone(file, {.levels = levels}).value();
    ASSERT_TRUE(graph::verify(backbone.graph));
    std::vector<Tensor> inputs;
    for (const graph::GraphInput& input : backbone.graph.inputs()) {
      const auto weight = std::ranges::find(backbone.weights, input.name, &std::pair<std::string, Tensor>::first);
      inputs.push_back(weight != backbone.weights.end() ? weight->second : Tensor::full(DType::kF32, {2, 3, 8, 8}, 1));
    }
    inputs[0].data<float>()[0] = 100;
    const std::vector<Tensor> made = runtime::interpret(backbone.graph, inputs).value();
    ASSERT_EQ(made.at(0).shape(), Shape({2, 12})) << "features, averages and largest values";
    const std::vector<float> v = made[0].to_vector<float>();
    EXPECT_NEAR(v[0], v[4], 1e-5) << "the features are the averages of the sum here";
    EXPECT_GT(v[8], 2 * v[4]) << "one window saw the bright pixel";
    EXPECT_NEAR(v[12 + 8], v[12 + 4], 1e-5) << "the other sample is even";
  }
  EXPECT_EQ(onnx_backbone(file, {.cut = "p", .levels = 1})->graph.outputs().size(), 1u) << "a map of one pixel is a vector";
}

TEST(BackboneTest, WhatCannotBeCutIsAnError) {
  const auto code = [](OnnxModelFile file, const BackboneOptions& options) {
    const auto made = onnx_backbone(std::move(file), options);
    return made ? ErrorCode::kInternal : made.error().code();
  };
  EXPECT_EQ(code(classifier(), {.cut = "nothing"}), ErrorCode::kNotFound);
  OnnxModelFile sized = classifier();
  sized.graph.inputs[0].dims = Dims{kAnyDim, 3, kAnyDim, kAnyDim};
  EXPECT_EQ(code(sized, {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(sized, {.sample = {3, 6, 6}}), ErrorCode::kInternal) << "a given size is enough";
  OnnxModelFile two = classifier();
  two.graph.inputs.push_back({.name = "z", .dtype = DType::kF32, .dims = Dims{kAnyDim, 4}});
  two.graph.nodes.insert(two.graph.nodes.begin() + 5, node("Add", {"f", "z"}, "sum"));
  EXPECT_EQ(code(two, {.cut = "sum"}), ErrorCode::kUnsupported);
  EXPECT_EQ(code(two, {.cut = "f"}), ErrorCode::kInternal) << "the second input is not needed";
  // A reshape that mixes samples with another axis, written as numbers of samples: [2N, 2].
  OnnxModelFile mixed = classifier();
  mixed.graph.initializers.push_back({"to", Tensor::from<std::int64_t>({-1, 2}, {2})});
  mixed.graph.nodes.push_back(node("Reshape", {"f", "to"}, "pairs"));
  EXPECT_EQ(code(mixed, {.cut = "pairs"}), ErrorCode::kInternal) << "one size is free";
  mixed.graph.nodes.push_back(node("Shape", {"f"}, "s"));
  mixed.graph.nodes.push_back(node("ConstantOfShape", {"s"}, "zeros"));
  mixed.graph.nodes.push_back(node("Add", {"f", "zeros"}, "same"));
  EXPECT_EQ(code(mixed, {.cut = "same"}), ErrorCode::kUnsupported) << "a constant of as many rows as there are samples";
}

}  // namespace
}  // namespace lepton::formats
