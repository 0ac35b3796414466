// What augmentation keeps and what it changes.
#include "lepton/data/augment/augment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

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

TEST(AugmentationTest, DefaultsAreThoseOfThePapers) {
  const AugmentationRange range = of({"randaugment", "mixup", "cutmix"}).range();
  EXPECT_EQ(range.rand_layers, 2);
  EXPECT_EQ(range.rand_magnitude, 9);
  EXPECT_EQ(range.mixup, 0.2);
  EXPECT_EQ(range.cutmix, 1);
  EXPECT_TRUE(of({"randaugment(0)", "mixup(0)", "cutmix(0)"}).empty());
}

TEST(AugmentationTest, RandAugmentDrawsForEachPicture) {
  const Augmentation augmentation = of({"randaugment(1, 8)"});
  std::set<std::vector<std::uint8_t>> seen;
  for (int sample = 0; sample < 300; ++sample) {
    ASSERT_EQ(changed(augmentation, 0, sample), changed(augmentation, 0, sample));
    seen.insert(changed(augmentation, 0, sample));
  }
  // Of 14 operations some do nothing to so small a picture of two channels, others have two directions.
  EXPECT_GT(seen.size(), 12u);
  EXPECT_LE(seen.size(), 22u);
}

// 8 pictures of the values 0, 30, … of 4 classes: shares of targets can be read off the pictures.
DatasetHandle graded_pictures() {
  const Tensor pictures = Tensor::empty(DType::kU8, {8, 6, 6, 1}), classes = Tensor::empty(DType::kI64, {8});
  for (std::int64_t n = 0; n < 8; ++n) {
    std::ranges::fill(pictures.span<std::uint8_t>().subspan(static_cast<std::size_t>(36 * n), 36), static_cast<std::uint8_t>(30 * n));
    classes.span<std::int64_t>()[static_cast<std::size_t>(n)] = n / 2;
  }
  return make_array_dataset({pictures}, classes);
}

std::vector<Batch> batches_of(const LoaderOptions& options) {
  DataLoader loader(graded_pictures(), options);
  std::vector<Batch> batches;
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
    loader.start(epoch);
    while (auto batch = loader.next().value()) batches.push_back(std::move(*batch));
  }
  return batches;
}

TEST(AugmentationTest, TargetsHaveTheSharesOfThePictures) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"mixup(1)"}, {"cutmix"}, {"mixup(1)", "cutmix"}}) {
    int mixed = 0;
    for (const Batch& batch : batches_of({.batch_size = 8, .seed = 3, .num_threads = 0, .augmentation = of(words)})) {
      ASSERT_EQ(batch.target.type(), (TensorType{DType::kF32, {8, 4}}));
      const std::vector<double> pixels = batch.inputs[0].to_vector<double>(), shares = batch.target.to_vector<double>();
      for (std::size_t n = 0; n < 8; ++n) {
        double mean = 0, middle = 0, sum = 0;
        for (std::size_t i = 0; i < 36; ++i) mean += pixels[36 * n + i] / 36;
        for (std::size_t k = 0; k < 4; ++k) {
          sum += shares[4 * n + k];
          middle += shares[4 * n + k] * (60.0 * static_cast<double>(k) + 15);
          mixed += shares[4 * n + k] > 0.01 && shares[4 * n + k] < 0.99;
        }
        EXPECT_NEAR(sum, 1, 1e-6);
        EXPECT_NEAR(mean, middle, 15.6) << "the two pictures of a class lie 15 around its middle";
      }
    }
    EXPECT_GT(mixed, 20);
  }
}

TEST(AugmentationTest, MixingGivesTheSameBitsWithAnyNumberOfThreads) {
  LoaderOptions options{.batch_size = 3, .seed = 3, .num_threads = 0, .augmentation = of({"mixup", "cutmix", "randaugment"})};
  const std::vector<Batch> one = batches_of(options);
  options.num_threads = 3;
  const std::vector<Batch> many = batches_of(options);
  ASSERT_EQ(one.size(), 12u);
  for (std::size_t i = 0; i < one.size(); ++i)
    EXPECT_TRUE(same_bits(one[i].inputs[0], many[i].inputs[0]) && same_bits(one[i].target, many[i].target)) << i;
}

TEST(AugmentationTest, SoftTargetsNeedClasses) {
  for (const Batch& batch : batches_of({.batch_size = 8, .shuffle = false, .num_threads = 0, .soft_targets = true})) {
    const std::vector<double> shares = batch.target.to_vector<double>();
    for (std::size_t n = 0; n < 8; ++n) {
      for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(shares[4 * n + k], k == n / 2 ? 1 : 0);
    }
  }
  const DatasetHandle numbers = make_array_dataset({Tensor::zeros(DType::kU8, {4, 2, 2, 1})}, Tensor::zeros(DType::kF32, {4}));
  EXPECT_THROW(DataLoader(numbers, {.augmentation = of({"mixup"})}), Error);
  EXPECT_THROW(DataLoader(numbers, {.soft_targets = true}), Error);
}

TEST(AugmentationTest, WrongWordsAreErrors) {
  const auto code = [](const std::string& word) { return Augmentation::from_words(std::vector<std::string>{word}).error().code(); };
  EXPECT_EQ(code("rotat(10)"), ErrorCode::kNotFound);
  EXPECT_EQ(code("flip(diagonal)"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("zoom(1)"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("crop(-1)"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("randaugment(2, 11)"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("mixup(-1)"), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace lepton::data
