// The forward pass of every layer that Lepton has, against Keras in double precision.
#include <gtest/gtest.h>

#include <set>

#include "lepton/nn/layers.hpp"
#include "lepton/runtime/testing/conformance.hpp"
#include "lepton/train/model.hpp"
#include "tests/support/golden.hpp"

namespace lepton::train {
namespace {

const Json& cases() {
  static const Json json = lepton::testing::read_golden_json("layers/cases.json");
  return json.at("cases");
}

bool has_layer(std::string_view name) { return std::ranges::find(nn::all_layers(), name, &nn::LayerDef::name) != nn::all_layers().end(); }

// What Lepton does not have, by case: these activations, the tanh form on the Activation layer, causal padding, another axis.
bool is_missing(const std::string& name) {
  static const std::set<std::string> kMissing = {"activation_gelu_tanh",   "activation_hard_shrink", "activation_hard_tanh",
                                                 "activation_log_sigmoid", "activation_soft_shrink", "activation_squareplus",
                                                 "activation_tanh_shrink"};
  return kMissing.contains(name) || name.find("causal") != std::string::npos || name.find("axis") != std::string::npos;
}

// Cases of layers in the table; BatchNormalization in training is followed by the training tests.
std::vector<int> known_cases() {
  std::vector<int> numbers;
  for (int i = 0; i < static_cast<int>(cases().size()); ++i) {
    const Json& one = cases().at(static_cast<std::size_t>(i));
    const std::string name = one.at("name");
    const bool training = name.find("training") != std::string::npos;
    if (has_layer(one.at("layer").at("class_name").get<std::string>()) && !training && !is_missing(name)) numbers.push_back(i);
  }
  return numbers;
}

class KerasLayer : public ::testing::TestWithParam<int> {};

TEST_P(KerasLayer, ForwardFollowsKeras) {
  const Json& one = cases().at(static_cast<std::size_t>(GetParam()));
  const lepton::testing::GoldenArrays arrays("layers/" + one.at("file").get<std::string>());
  const std::string class_name = one.at("layer").at("class_name");
  const nn::LayerDef& def = nn::get_layer(class_name);
  const nn::Layer layer(def, lepton::testing::attributes_from_keras(class_name, one.at("layer").at("config"), def.config));
  std::vector<nn::Symbol> inputs;
  std::vector<Tensor> values, weights;
  for (int i = 0; i < one.at("num_inputs").get<int>(); ++i) {
    values.push_back(arrays[fmt::format("input_{}", i)]);
    inputs.push_back(nn::Input(Dims(values.back().shape().begin() + 1, values.back().shape().end())));
  }
  Model model(inputs, {layer(inputs)}, {.dtype = DType::kF64});
  for (std::size_t i = 0; i < one.at("weights").size(); ++i) weights.push_back(arrays[fmt::format("weight_{}", i)]);
  model.set_weights(weights);
  EXPECT_LE(runtime::testing::largest_difference(model.predict(Arrays(values)), arrays["output"]), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Cases, KerasLayer, ::testing::ValuesIn(known_cases()), [](const auto& param) {
  return cases().at(static_cast<std::size_t>(param.param)).at("name").template get<std::string>();
});

}  // namespace
}  // namespace lepton::train
