// Single operators against values and gradients that PyTorch computed in double precision (tests/golden/ops).
#include <gtest/gtest.h>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/runtime/testing/conformance.hpp"
#include "tests/ops/run_op.hpp"

namespace lepton::tests {
namespace {

Tensor tensor_from(const Json& json) {
  std::vector<double> values;
  for (const Json& value : json["values"]) values.push_back(json_number(value).value());
  const DType dtype = *dtype_from_name(json["dtype"].get<std::string>());
  return Tensor::from(values, Shape(json["shape"].get<Dims>())).cast(dtype);
}

std::vector<Tensor> tensors_from(const Json& json) {
  std::vector<Tensor> tensors;
  for (const Json& array : json) tensors.push_back(tensor_from(array));
  return tensors;
}

std::vector<Json> golden_cases() {
  const std::string path = std::string(LEPTON_SOURCE_DIR) + "/tests/golden/ops/cases.json";
  const Json file = parse_json(read_file(local_files(), path, 4 << 20).value()).value();
  return file["cases"].get<std::vector<Json>>();
}

Attribute attribute_from(const std::string& name, const Json& json) {
  if (name == "dtype") return *dtype_from_name(json.get<std::string>());
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array() && !json.empty() && json[0].is_number_float()) return json.get<std::vector<double>>();
  if (json.is_array()) return json.get<std::vector<std::int64_t>>();
  return json.get<double>();
}

Attributes attributes_from(const Json& json) {
  Attributes attributes;
  for (const auto& [name, value] : json.items()) attributes.set(name, attribute_from(name, value));
  return attributes;
}

class OpsGoldenTest : public ::testing::TestWithParam<Json> {};

TEST_P(OpsGoldenTest, AgreesWithPyTorch) {
  constexpr double kTolerance = 2e-14, kGradientTolerance = 1e-13;
  const Json& golden = GetParam();
  const std::string op = golden["op"];
  const std::vector<Tensor> inputs = tensors_from(golden["inputs"]), expected = tensors_from(golden["outputs"]);
  const Attributes attributes = attributes_from(golden["attributes"]);
  const std::vector<Tensor> outputs = run_op(op, inputs, attributes);
  ASSERT_EQ(outputs.size(), expected.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    EXPECT_LE(runtime::testing::largest_difference(outputs[i], expected[i]), kTolerance) << "output " << i;
  if (!golden.contains("wrt")) return;
  const auto wrt = golden["wrt"].get<std::vector<std::size_t>>();
  const std::vector<Tensor> gradients = gradients_of(op, inputs, attributes, tensor_from(golden["seed"]), wrt);
  const std::vector<Tensor> expected_gradients = tensors_from(golden["grads"]);
  for (std::size_t i = 0; i < wrt.size(); ++i) {
    EXPECT_LE(runtime::testing::largest_difference(gradients[i], expected_gradients[i]), kGradientTolerance)
        << "gradient of input " << wrt[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, OpsGoldenTest, ::testing::ValuesIn(golden_cases()),
                         [](const auto& param) { return param.param["name"].template get<std::string>(); });

}  // namespace
}  // namespace lepton::tests
