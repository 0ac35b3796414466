// What augmentation keeps and what it changes.
#include "lepton/data/augment/augment.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "lepton/data/data_loader.hpp"

namespace lepton::data {
namespace {

const Shape kShape = {5, 6, 2};

std::vector<std::uint8_t> numbered() {
  std::vector<std::uint8_t> picture(60);
  std::iota(picture.begin(), picture.end(), std::uint8_t{40});
  return picture;
}

Augmentation of(std::vector<std::string> words) { return Augmentation::from_words(words).value(); }

std::vector<std::uint8_t> changed(const Augmentation& augmentation, std::int64_t epoch, std::int64_t sample) {
  std::vector<std::uint8_t> picture = numbered();
  augmentation.apply(picture, kShape, 7, epoch, sample);
  return picture;
}

TEST(AugmentationTest, StrengthZeroChangesNothing) {
  for (const auto& words : std::vector<std::vector<std::string>>{{}, {"crop(0)", "rotate(0)", "zoom(0)", "contrast(0)", "brightness(0)"}}) {
    EXPECT_TRUE(of(words).empty());
    EXPECT_EQ(changed(of(words), 1, 2), numbered());
  }
}

TEST(AugmentationTest, FlipsAreExactAndHappenHalfOfTheTime) {
  std::vector<std::uint8_t> mirrored = numbered();
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 6; ++x) {
      for (int c = 0; c < 2; ++c)
        mirrored[static_cast<std::size_t>((y * 6 + x) * 2 + c)] = static_cast<std::uint8_t>(40 + (y * 6 + 5 - x) * 2 + c);
    }
  }
  int flips = 0;
  for (int sample = 0; sample < 1000; ++sample) {
    const auto picture = changed(of({"flip"}), 0, sample);
    if (picture == mirrored)
      ++flips;
    else
      EXPECT_EQ(picture, numbered());
  }
  EXPECT_GT(flips, 430);
  EXPECT_LT(flips, 570);
}

TEST(AugmentationTest, DependsOnSeedEpochAndSampleAlone) {
  const Augmentation all = of({"flip(both)", "crop(2)", "rotate(20)", "zoom(0.2)", "contrast(0.3)", "brightness(0.2)"});
  EXPECT_EQ(changed(all, 3, 11), changed(all, 3, 11));
  EXPECT_NE(changed(all, 3, 11), changed(all, 4, 11));
  EXPECT_NE(changed(all, 3, 11), changed(all, 3, 12));
}

TEST(AugmentationTest, TurningKeepsTheRangeOfValues) {
  for (int sample = 0; sample < 50; ++sample) {
    for (const std::uint8_t v : changed(of({"rotate(45)", "zoom(0.5)"}), 0, sample)) {
      EXPECT_GE(v, 40);
      EXPECT_LE(v, 99);
    }
  }
}

TEST(AugmentationTest, LoaderGivesTheSameBitsWithAnyNumberOfThreadsAndAfterResuming) {
  const Tensor pictures = Tensor::empty(DType::kU8, {20, 5, 6, 2});
  for (std::size_t i = 0; i < pictures.span<std::uint8_t>().size(); ++i)
    pictures.span<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 7);
  const DatasetHandle dataset = make_array_dataset({pictures}, Tensor::zeros(DType::kI64, {20}));
  const auto epoch = [&](int threads, std::int64_t first) {
    DataLoader loader(dataset, {.batch_size = 6, .seed = 3, .num_threads = threads, .augmentation = of({"flip", "rotate(15)"})});
    loader.start(2, first);
    std::vector<Tensor> batches;
    while (auto batch = loader.next().value()) batches.push_back(batch->inputs[0]);
    return batches;
  };
  const auto one = epoch(0, 0), many = epoch(3, 0), resumed = epoch(2, 2);
  ASSERT_EQ(one.size(), 4u);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(same_bits(one[i], many[i]));
  for (std::size_t i = 0; i < resumed.size(); ++i) EXPECT_TRUE(same_bits(one[i + 2], resumed[i]));
}

TEST(AugmentationTest, WrongWordsAreErrors) {
  const auto code = [](const std::string& word) { return Augmentation::from_words(std::vector<std::string>{word}).error().code(); };
  EXPECT_EQ(code("rotat(10)"), ErrorCode::kNotFound);
  EXPECT_EQ(code("flip(diagonal)"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("zoom(1)"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("crop(-1)"), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace lepton::data
