// The forward pass and the gradients of every layer, against Keras in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/nn/network.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "lepton/runtime/testing/conformance.hpp"
#include "lepton/zoo/keras_files/layer_config.hpp"
#include "tests/support/golden.hpp"

namespace lepton::train {
namespace {

const Json& cases() {
  static const Json all = [] {
    Json list = Json::array();
    for (const std::string folder : {"layers", "preprocessing", "sequences", "attention"}) {
      const Json json = lepton::testing::read_golden_json(folder + "/cases.json");
      for (Json one : json.at("cases")) {
        one["file"] = folder + "/" + one.at("file").get<std::string>();
        list.push_back(std::move(one));
      }
    }
    return list;
  }();
  return all;
}

std::vector<int> all_cases() {
  std::vector<int> numbers(cases().size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// The layer as Keras wrote it down. Its PReLU does not say which axes share a slope: the weight's shape does.
nn::Layer layer_of(const Json& one) {
  const Json& declared = one.at("layer");
  const std::string class_name = declared.at("class_name");
  Json config = declared.at("config");
  if (class_name == "Bidirectional" && !config.contains("merge_mode")) config["merge_mode"] = "";
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
  return zoo::layer_from_keras(class_name, config);
}

std::string numbered(const std::string& name, std::size_t i) { return i == 0 ? name : fmt::format("{}_{}", name, i); }

class KerasLayer : public ::testing::TestWithParam<int> {};

TEST_P(KerasLayer, ForwardAndGradientsFollowKeras) {
  const Json& one = cases().at(static_cast<std::size_t>(GetParam()));
  const lepton::testing::GoldenArrays arrays(one.at("file").get<std::string>());
  const nn::Layer layer = layer_of(one);
  std::vector<nn::Symbol> symbols, operands;
  for (int i = 0; i < one.at("num_inputs").get<int>(); ++i) {
    const Shape& shape = arrays[fmt::format("input_{}", i)].shape();
    symbols.push_back(nn::Input(Dims(shape.begin() + 1, shape.end())));
    operands.push_back(i < one.value("mask_inputs", 0) ? nn::Masking()(symbols.back()) : symbols.back());
  }
  int count = 1;
  while (arrays.find(fmt::format("output_{}", count)) != nullptr) ++count;
  const nn::Network network = nn::Network::functional(symbols, layer.outputs(operands, count), DType::kF64);

  graph::GraphBuilder builder("layer");
  nn::BuildOptions options{.training = one.at("name").get<std::string>().ends_with("_training")};
  if (options.training) options.random_key = builder.input("random_key", {DType::kU64, {2}});
  const nn::Built built = network.build(builder, options);
  Value total;
  for (std::size_t i = 0; i < built.outputs.size(); ++i) {
    const Value output = ops::cast(built.outputs[i].logical(), DType::kF64);  // some layers give whole numbers
    const Value product = ops::sum(ops::mul(output, builder.input(numbered("cotangent", i), {DType::kF64, output.shape()})));
    total = i == 0 ? product : ops::add(total, product);
  }
  std::vector<std::pair<std::string, Value>> wanted;
  std::vector<Tensor> feeds;
  for (const graph::GraphInput& input : std::vector(builder.graph().inputs())) {
    if (input.name == "random_key") {
      feeds.push_back(Tensor::from<std::uint64_t>({3, 5}, {2}));
      continue;
    }
    const auto weight = std::ranges::find(network.weights(), input.name, &nn::Weight::name);
    std::string name = input.name;
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
  const std::vector<Value> gradients = autodiff::gradients(builder, total, wrt);
  std::vector<std::string> names;
  const auto give = [&](const std::string& name, const Value& value) {
    builder.output(name, value);
    names.push_back(name);
  };
  for (std::size_t i = 0; i < built.outputs.size(); ++i) {
    give(numbered("output", i), ops::cast(built.outputs[i].logical(), DType::kF64));
    const Value& mask = built.outputs[i].mask;
    EXPECT_EQ(mask.defined(), arrays.find(numbered("mask", i)) != nullptr) << "mask of output " << i;
    if (mask.defined()) give(numbered("mask", i), ops::cast(mask, DType::kF64));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) builder.output("grad_" + wanted[i].first, gradients[i]);

  const double tolerance = one.value("tolerance", 1e-9);  // more where Keras computes in single precision
  const std::vector<Tensor> results = runtime::interpret(std::move(builder).finish(), feeds).value();
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_LE(runtime::testing::largest_difference(results[i], arrays[names[i]].cast(DType::kF64)), tolerance) << names[i];
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string& name = wanted[i].first;
    Tensor gradient = results[names.size() + i];
    if (name.starts_with("weight_")) gradient = nn::to_shown(network.weights()[std::stoul(name.substr(7))], gradient);
    EXPECT_LE(runtime::testing::largest_difference(gradient, arrays["grad_" + name]), 10 * tolerance) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, KerasLayer, ::testing::ValuesIn(all_cases()), [](const auto& param) {
  return cases().at(static_cast<std::size_t>(param.param)).at("name").template get<std::string>();
});

}  // namespace
}  // namespace lepton::train
