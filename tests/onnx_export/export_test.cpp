// Models leave as ONNX files that Lepton itself reads back: the same predictions for any number of samples. Other readers are compared in
// `./dev test-peers onnx_export`.
#include <gtest/gtest.h>

#include <filesystem>

#include "lepton/base/json.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/train/onnx_export.hpp"
#include "models.hpp"

namespace lepton::tests {
namespace {

class OnnxExportTest : public ::testing::TestWithParam<int> {};

TEST_P(OnnxExportTest, ReadBackItPredictsTheSame) {
  train::Model model = made(export_models()[static_cast<std::size_t>(GetParam())]);
  const std::string onnx = train::model_to_onnx(model).value();
  for (const std::int64_t samples : {1, 3, 32}) {
    const train::Arrays x = train::seeded_inputs(model, samples);
    const auto difference = train::difference_from_onnx(model, std::as_bytes(std::span(onnx)), {}, x);
    ASSERT_TRUE(difference) << difference.error().what();
    EXPECT_LT(*difference, 1e-5) << samples << " samples";
  }
}

INSTANTIATE_TEST_SUITE_P(Models, OnnxExportTest, ::testing::Range(0, static_cast<int>(export_models().size())),
                         [](const auto& param) { return std::string(export_models()[static_cast<std::size_t>(param.param)].name); });

class ExportedFilesTest : public ::testing::Test {
 protected:
  ExportedFilesTest() { std::filesystem::remove_all(folder_); }
  ~ExportedFilesTest() override { std::filesystem::remove_all(folder_); }
  train::OnnxExport options() { return {.inputs = train::seeded_inputs(model_, 5), .inputs_from = "seeded inputs"}; }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / "lepton_onnx_export_test";
  std::string path_ = (folder_ / "out" / "net.onnx").string();
  train::Model model_ = made(export_models()[2]);
};

TEST_F(ExportedFilesTest, TheRecipeStandsBesideAndInside) {
  const Json task = {{"labels", {"cat", "dog"}}, {"decision", "largest probability"}};
  const auto result = train::export_onnx(local_files(), path_, model_, task, options());
  ASSERT_TRUE(result) << result.error().what();
  ASSERT_EQ(result->paths.size(), 2u);
  const Json recipe = parse_json(read_file(local_files(), result->paths[1], 1 << 20).value()).value();
  EXPECT_EQ(recipe["task"], task);
  EXPECT_EQ(recipe["compared"]["samples"], 5);
  EXPECT_EQ(recipe["inputs"][0]["shape"], Json::parse("[null, 12, 12, 3]"));
  const auto read = formats::OnnxModel::load(local_files(), path_);
  ASSERT_TRUE(read) << read.error().what();
  EXPECT_EQ(parse_json(read->file().metadata.at("lepton.recipe")).value()["task"], task);
}

TEST_F(ExportedFilesTest, WeightsMayStandBeside) {
  train::OnnxExport beside = options();
  beside.external_weights = true;
  const auto result = train::export_onnx(local_files(), path_, model_, Json::object(), beside);
  ASSERT_TRUE(result) << result.error().what();
  ASSERT_EQ(result->paths.size(), 3u);
  auto read = formats::OnnxModel::load(local_files(), path_);
  ASSERT_TRUE(read) << read.error().what();
  const train::Arrays x = options().inputs;
  const Tensor y = model_.predict(x), z = read->run(x.tensors).value()[0];
  for (std::int64_t i = 0; i < y.num_elements(); ++i) EXPECT_NEAR(y.data<float>()[i], z.data<float>()[i], 1e-5);
}

TEST_F(ExportedFilesTest, AFileThatDiffersIsNotWritten) {
  train::OnnxExport impossible = options();
  impossible.external_weights = true;
  impossible.tolerance = -1;
  const auto result = train::export_onnx(local_files(), path_, model_, Json::object(), impossible);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::kInternal);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "out"));
}

TEST(OnnxWriterTest, NamesEveryOperatorThatCannotBeWritten) {
  graph::GraphBuilder builder("loop");
  const Value h = builder.input("h", {DType::kF32, {2}});
  const auto step = [](const ops::ScanStep& in) { return ops::ScanStep{{ops::tanh(in.states[0])}, {}, {}}; };
  builder.output("y", ops::scan({h}, {}, {}, step, {.length = 3}).states[0]);
  const auto written = formats::write_onnx(std::move(builder).finish(), {});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace lepton::tests
