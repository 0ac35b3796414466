// Weights in files of their own: every format brings back the same predictions, and a file that does not fit changes nothing.
#include <gtest/gtest.h>

#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/formats/npz.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/train/weight_files.hpp"

namespace lepton::train {
namespace {

Sequential small_model(std::uint64_t seed, std::int64_t classes = 3) {
  return Sequential({nn::Conv2D(4, {3, 3}, {.activation = "relu", .input_shape = {6, 6, 2}}), nn::BatchNormalization(), nn::Flatten(),
                     nn::Dense(classes)},
                    {.seed = seed});
}

Tensor pictures() {
  std::vector<float> values;
  for (int i = 0; i < 2 * 6 * 6 * 2; ++i) values.push_back(static_cast<float>(i % 7) / 7);
  return Tensor::from(values, {2, 6, 6, 2});
}

class WeightFiles : public ::testing::TestWithParam<const char*> {};
TEST_P(WeightFiles, BringBackTheSamePredictions) {
  const TemporaryFolder folder;
  const std::string path = folder.file(std::string("w") + GetParam());
  Sequential first = small_model(1), second = small_model(2);
  ASSERT_FALSE(same_bits(first.predict(pictures()), second.predict(pictures())));
  save_weights(local_files(), path, first).value();
  load_weights(local_files(), path, second).value();
  EXPECT_TRUE(same_bits(first.predict(pictures()), second.predict(pictures())));
}
INSTANTIATE_TEST_SUITE_P(Formats, WeightFiles, ::testing::Values(".npz", ".safetensors"),
                         [](const auto& one) { return std::string(one.param).substr(1); });

TEST(WeightFiles, ThatDoNotFitChangeNothing) {
  const TemporaryFolder folder;
  const std::string path = folder.file("w.npz");
  Sequential three = small_model(1), four = small_model(2, 4);
  const Tensor before = four.predict(pictures());
  save_weights(local_files(), path, three).value();
  EXPECT_EQ(load_weights(local_files(), path, four).error().code(), ErrorCode::kShapeMismatch);
  EXPECT_TRUE(same_bits(before, four.predict(pictures())));
  // All but the head, when that is asked for.
  load_weights(local_files(), path, four, {.skip_mismatch = true}).value();
  EXPECT_TRUE(same_bits(three.get_weights()[0], four.get_weights()[0]));
}

TEST(WeightFiles, NamesMissingAndUnknownWeights) {
  const TemporaryFolder folder;
  const std::string path = folder.file("w.npz");
  write_atomic(local_files(), path, formats::write_npz({{"other", Tensor::zeros(DType::kF32, {2})}}).value()).value();
  Sequential model = small_model(1);
  const auto loaded = load_weights(local_files(), path, model);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(loaded.error().message().find("other"), std::string::npos);
  EXPECT_NE(loaded.error().message().find(model.network().weights()[0].name), std::string::npos);
  EXPECT_EQ(load_weights(local_files(), folder.file("w.h5"), model).error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(load_weights(local_files(), folder.file("none.npz"), model).error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace lepton::train
