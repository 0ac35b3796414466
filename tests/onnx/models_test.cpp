// Pretrained models of others: ONNX Runtime's results, the accuracy on real photos, and how long loading takes.
#include <gtest/gtest.h>

#include <malloc.h>

#include <algorithm>
#include <cmath>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/data/readers/table.hpp"
#include "lepton/data/recipe/image_recipe.hpp"
#include "lepton/formats/npz.hpp"
#include "lepton/formats/onnx/model.hpp"

namespace lepton::formats {
namespace {

std::string weights(const std::string& name) {
  return join_path(data::data_folder(local_files()).value_or("shared/data"), join_path("weights", name));
}

Tensor golden(const std::string& name) {
  const std::string bytes = read_file(local_files(), LEPTON_SOURCE_DIR "/tests/golden/onnx/models.npz", 1 << 24).value();
  const NamedTensors all = read_npz(std::as_bytes(std::span(bytes))).value();
  for (const auto& [key, value] : all) {
    if (key == name) return value;
  }
  fail(ErrorCode::kNotFound, "models.npz has no '{}'", name);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.type(), b.type());
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(x[i] - y[i]));
  return most;
}

// i * factor mod modulus, as make_models.py has it.
Tensor pattern(Shape shape, std::int64_t factor, std::int64_t modulus) {
  const Tensor all = Tensor::empty(DType::kI64, std::move(shape));
  for (std::int64_t i = 0; i < all.num_elements(); ++i) all.data<std::int64_t>()[i] = i * factor % modulus;
  return all;
}

class PretrainedTest : public ::testing::Test {
 protected:
  OnnxModel load(const std::string& name) { return OnnxModel::load(local_files(), weights(name)).value(); }
  bool skip(const std::string& name) const { return !exists(local_files(), weights(name)).value(); }
};

TEST_F(PretrainedTest, EfficientNetGivesOnnxRuntimesLogits) {
  if (skip("efficientnet-lite0")) GTEST_SKIP() << "the model is not on this machine";
  OnnxModel model = load("efficientnet-lite0/efficientnet-lite0.onnx");
  const Tensor x = pattern({2, 3, 224, 224}, 7919, 1000).cast(DType::kF32);
  for (float& v : x.span<float>()) v = static_cast<float>(static_cast<double>(v) / 500 - 1);
  const std::vector<Tensor> y = model.run({&x, 1}).value();
  EXPECT_LT(largest_difference(y[0], golden("logits")), 1e-4);
  EXPECT_LT(largest_difference(y[1], golden("features")), 1e-4);
  EXPECT_EQ(model.num_stages(), 1);
}

// The weights lie unaligned in the file: they are copied when the graph is read (at loading, since only the batch is free), and that copy
// is what runs.
TEST_F(PretrainedTest, EfficientNetHoldsItsWeightsOnce) {
#ifdef LEPTON_SANITIZED
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  if (skip("efficientnet-lite0")) GTEST_SKIP() << "the model is not on this machine";
  const auto heap_bytes = [] {
    const auto info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
  };
  const double before = heap_bytes();
  OnnxModel model = load("efficientnet-lite0/efficientnet-lite0.onnx");
  double weights = 0;
  for (const auto& [name, value] : model.file().graph.initializers) weights += static_cast<double>(value.type().size_bytes());
  EXPECT_GT(weights, 18e6);
  EXPECT_LT(heap_bytes() - before, 1.2 * weights);
  const TensorType image{DType::kF32, {1, 3, 224, 224}};
  ASSERT_TRUE(model.first_graph({&image, 1}));
  EXPECT_LT(heap_bytes() - before, 1.2 * weights);
}

TEST_F(PretrainedTest, MiniLmGivesOnnxRuntimesEmbeddings) {
  if (skip("minilm-l6-int8")) GTEST_SKIP() << "the model is not on this machine";
  OnnxModel model = load("minilm-l6-int8/model.onnx");
  const Tensor tokens = pattern({2, 9}, 7919, 20000), mask = Tensor::full(DType::kI64, {2, 9}, 1);
  for (std::int64_t& id : tokens.span<std::int64_t>()) id += 1000;
  for (std::size_t i = 15; i < 18; ++i) mask.span<std::int64_t>()[i] = 0;
  const std::vector<Tensor> inputs = {tokens, mask, Tensor::zeros(DType::kI64, {2, 9})};
  const std::vector<Tensor> y = model.run(inputs).value();
  EXPECT_LT(largest_difference(y[0], golden("hidden")), 1e-3);
}

// One photo each of 200 classes of ImageNet, resized to 224 x 224.
TEST_F(PretrainedTest, EfficientNetKnowsThePhotos) {
  if (skip("efficientnet-lite0")) GTEST_SKIP() << "the model is not on this machine";
  const auto folder = data::locate_named_dataset(local_files(), "imagenet-sample-200");
  if (!folder) GTEST_SKIP() << folder.error().what();
  const data::Table labels = data::read_table(local_files(), join_path(*folder, "labels.csv")).value();
  const data::ImageRecipe recipe{.height = 224, .width = 224, .fit = data::Fit::kCenterCrop, .filter = data::ResizeFilter::kBicubic};
  OnnxModel model = load("efficientnet-lite0/efficientnet-lite0.onnx");
  int right = 0;
  for (std::int64_t i = 0; i < labels.num_rows(); ++i) {
    const std::string photo = read_file(local_files(), join_path(*folder, labels.cell(i, 0)), 1 << 26).value();
    const Tensor pixels = data::apply(recipe, data::decode_image(std::as_bytes(std::span(photo))).value());  // [224, 224, 3]
    const Tensor x = Tensor::empty(DType::kF32, {1, 3, 224, 224});
    for (std::int64_t p = 0; p < 224 * 224; ++p) {
      for (std::int64_t c = 0; c < 3; ++c)
        x.data<float>()[c * 224 * 224 + p] = (static_cast<float>(pixels.data<std::uint8_t>()[p * 3 + c]) - 127) / 128;
    }
    const Tensor logits = model.run({&x, 1}).value()[0];
    const std::span<const float> row = logits.span<float>();
    right += std::to_string(std::max_element(row.begin(), row.end()) - row.begin()) == labels.cell(i, 1);
  }
  EXPECT_EQ(labels.num_rows(), 200);
  RecordProperty("right_of_200", right);
  EXPECT_GE(right, 174) << "of 200: 0.87";
}

}  // namespace
}  // namespace lepton::formats
