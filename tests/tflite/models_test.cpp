// TensorFlow Lite models, pretrained ones and small ones that together hold most operators, against LiteRT's results.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/npz.hpp"
#include "lepton/formats/onnx/model.hpp"

namespace lepton::formats {
namespace {

const std::string kGolden = LEPTON_SOURCE_DIR "/tests/golden/tflite/";

const std::map<std::string, Tensor>& golden() {
  static const std::map<std::string, Tensor> all = [] {
    const std::string bytes = read_file(local_files(), kGolden + "outputs.npz", 1 << 24).value();
    const NamedTensors arrays = read_npz(std::as_bytes(std::span(bytes))).value();
    return std::map<std::string, Tensor>(arrays.begin(), arrays.end());
  }();
  return all;
}

std::vector<Tensor> arrays(const std::string& model, const std::string& kind) {
  std::vector<Tensor> found;
  for (std::size_t i = 0;; ++i) {
    const auto one = golden().find(fmt::format("{}/{}{}", model, kind, i));
    if (one == golden().end()) return found;
    found.push_back(one->second);
  }
}

// Real numbers agree to 1e-5 of the largest; stored ones to one step. LiteRT rounds each product twice (to 2^-31 of the scale, then to the
// step), which decides about one in a hundred near the middle of a step; in a deep model (ad01) they add up to a fifth of the outputs.
void expect_close(const Tensor& made, const Tensor& wanted, const std::string& name) {
  ASSERT_EQ(made.type(), wanted.type()) << name;
  const std::vector<double> x = made.to_vector<double>(), y = wanted.to_vector<double>();
  double largest = 0, most = 0, different = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    largest = std::max(largest, std::abs(y[i]));
    most = std::max(most, std::abs(x[i] - y[i]));
    different += x[i] != y[i];
  }
  if (is_float(made.dtype())) {
    EXPECT_LE(most, 1e-5 * std::max(largest, 1.0)) << name;
  } else if (made.dtype() == DType::kI8) {
    EXPECT_LE(most, 1) << name;
    EXPECT_LE(different, 0.2 * static_cast<double>(x.size())) << name << ": " << different << " of " << x.size();
  } else {
    EXPECT_EQ(different, 0) << name;
  }
}

void expect_golden(const std::string& path, const std::string& model) {
  OnnxModel loaded = OnnxModel::load(local_files(), path).value();
  const std::vector<Tensor> inputs = arrays(model, "in"), wanted = arrays(model, "out");
  ASSERT_FALSE(wanted.empty());
  const std::vector<Tensor> made = loaded.run(inputs).value();
  ASSERT_EQ(made.size(), wanted.size());
  for (std::size_t i = 0; i < made.size(); ++i) expect_close(made[i], wanted[i], loaded.file().graph.outputs[i].name);
}

class SmallModels : public ::testing::TestWithParam<const char*> {};
TEST_P(SmallModels, GiveLiteRtsResults) { expect_golden(kGolden + GetParam() + std::string(".tflite"), GetParam()); }
INSTANTIATE_TEST_SUITE_P(Models, SmallModels, ::testing::Values("pictures", "arithmetic", "movements", "summaries", "quantised"),
                         [](const auto& one) { return std::string(one.param); });

class PretrainedModels : public ::testing::TestWithParam<const char*> {};
TEST_P(PretrainedModels, GiveLiteRtsResults) {
  const std::string path =
      join_path(data::data_folder(local_files()).value_or("shared/data"), fmt::format("weights/mlperf-tiny/{}.tflite", GetParam()));
  if (!local_files().stat(path)) GTEST_SKIP() << "weights/mlperf-tiny is not in LEPTON_DATA_DIR";
  expect_golden(path, GetParam());
}
INSTANTIATE_TEST_SUITE_P(Models, PretrainedModels,
                         ::testing::Values("ad01_fp32", "ad01_int8", "kws_ref_model", "kws_ref_model_float32", "pretrainedResnet",
                                           "pretrainedResnet_large_int8", "pretrainedResnet_quant", "str_ww_ref_model", "vww_96_float",
                                           "vww_96_int8"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace lepton::formats
