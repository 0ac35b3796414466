// The forward pass and the gradients of every layer, against Keras in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/nn/network.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/testing/conformance.hpp"
#include "lepton/zoo/keras_files/layer_config.hpp"
#include "tests/support/golden.hpp"

namespace lepton::train {
namespace {

const Json& cases() {
  static const Json json = lepton::testing::read_golden_json("layers/cases.json");
  return json.at("cases");
}

std::vector<int> all_cases() {
  std::vector<int> numbers(cases().size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// The layer as Keras wrote it down. Its PReLU does not say which axes share a slope: the weight's shape does.
nn::Layer layer_of(const Json& one) {
  const std::string class_name = one.at("layer").at("class_name");
  Json config = one.at("layer").at("config");
  if (config.value("activation", Json()) == "gelu" && config.contains("approximate")) {
    config = {{"activation", "gelu(approximate=true)"}};
  }
  if (class_name == "PReLU") {
    const Json& shape = one.at("weights").at(0).at("shape");
    config["shared_axes"] = Json::array();
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (shape[axis] == 1) config["shared_axes"].push_back(axis + 1);
    }
  }
  const nn::LayerDef& def = nn::get_layer(class_name);
  return {def, zoo::layer_from_keras(class_name, config, def.config)};
}

class KerasLayer : public ::testing::TestWithParam<int> {};

TEST_P(KerasLayer, ForwardAndGradientsFollowKeras) {
  const Json& one = cases().at(static_cast<std::size_t>(GetParam()));
  const lepton::testing::GoldenArrays arrays("layers/" + one.at("file").get<std::string>());
  const nn::Layer layer = layer_of(one);
  std::vector<nn::Symbol> symbols;
  for (int i = 0; i < one.at("num_inputs").get<int>(); ++i) {
    const Shape& shape = arrays[fmt::format("input_{}", i)].shape();
    symbols.push_back(nn::Input(Dims(shape.begin() + 1, shape.end())));
  }
  const nn::Network network = nn::Network::functional(symbols, {layer(symbols)}, DType::kF64);

  graph::GraphBuilder builder("layer");
  const nn::Built built = network.build(builder, {.training = one.at("name").get<std::string>().ends_with("_training")});
  const Value output = built.outputs[0].logical();
  const Value cotangent = builder.input("cotangent", {DType::kF64, output.shape()});
  std::vector<std::pair<std::string, Value>> wanted;
  std::vector<Tensor> feeds;
  for (const graph::GraphInput& input : std::vector(builder.graph().inputs())) {
    const auto weight = std::ranges::find(network.weights(), input.name, &nn::Weight::name);
    std::string name = "cotangent";
    if (weight != network.weights().end()) {
      name = fmt::format("weight_{}", weight - network.weights().begin());
      feeds.push_back(nn::to_stored(*weight, arrays[name].cast(DType::kF64)));
    } else {
      const auto place = std::ranges::find(built.inputs, input.value, &Value::id);
      if (place != built.inputs.end()) name = fmt::format("input_{}", place - built.inputs.begin());
      feeds.push_back(arrays[name].cast(DType::kF64));
    }
    if (arrays.find("grad_" + name) != nullptr) wanted.emplace_back(name, builder.value(input.value));
  }
  std::vector<Value> wrt;
  for (const auto& [name, value] : wanted) wrt.push_back(value);
  const std::vector<Value> gradients = autodiff::gradients(builder, output, wrt, cotangent);
  builder.output("output", output);
  for (std::size_t i = 0; i < wanted.size(); ++i) builder.output("grad_" + wanted[i].first, gradients[i]);

  const std::vector<Tensor> results = runtime::interpret(std::move(builder).finish(), feeds).value();
  EXPECT_LE(runtime::testing::largest_difference(results[0], arrays["output"]), 1e-9);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string& name = wanted[i].first;
    Tensor gradient = results[i + 1];
    if (name.starts_with("weight_")) gradient = nn::to_shown(network.weights()[std::stoul(name.substr(7))], gradient);
    EXPECT_LE(runtime::testing::largest_difference(gradient, arrays["grad_" + name]), 1e-8) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, KerasLayer, ::testing::ValuesIn(all_cases()), [](const auto& param) {
  return cases().at(static_cast<std::size_t>(param.param)).at("name").template get<std::string>();
});

}  // namespace
}  // namespace lepton::train
