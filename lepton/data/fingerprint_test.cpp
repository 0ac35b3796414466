// The fingerprint, the statistics for normalising and the count of test openings.
#include "lepton/data/fingerprint.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/random.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/normalization.hpp"
#include "lepton/data/test_openings.hpp"

namespace lepton::data {
namespace {

DatasetHandle numbered(std::int64_t count, int changed = -1) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i) + (i == changed ? 0.5f : 0.0f));
  return make_array_dataset({Tensor::from(values, Shape{count, 1})}, Tensor::zeros(DType::kI64, Shape{count}));
}

TEST(Fingerprint, SeesEverySampleAndNoOrder) {
  const auto data = numbered(1000);
  const std::string whole = fingerprint(*data).value();
  EXPECT_EQ(whole.size(), 64u);
  EXPECT_EQ(whole, fingerprint(*data, 1).value());
  std::vector<std::int64_t> backwards;
  for (std::int64_t i = 999; i >= 0; --i) backwards.push_back(i);
  EXPECT_EQ(whole, fingerprint(*data, backwards).value());
  EXPECT_NE(whole, fingerprint(*numbered(1000, 700)).value());
  backwards.pop_back();
  EXPECT_NE(whole, fingerprint(*data, backwards).value());
}

TEST(Normalization, MeasuresTrainingRowsOnly) {
  const auto data = make_array_dataset({Tensor::from<float>({1, 10, 3, 10, 1000, -1000}, Shape{3, 2})});
  const std::vector<std::int64_t> rows{0, 1};
  const auto statistics = measure_channels(data, rows).value();
  EXPECT_EQ(statistics.mean, (std::vector<double>{2, 10}));
  EXPECT_EQ(statistics.standard_deviation, (std::vector<double>{1, 0}));
  EXPECT_EQ(statistics.minimum, (std::vector<double>{1, 10}));
  EXPECT_EQ(statistics.maximum, (std::vector<double>{3, 10}));
  EXPECT_FALSE(measure_channels(data, {}));
}

TEST(Normalization, BytesAgreeWithDoubles) {
  Random random(3);
  std::vector<std::uint8_t> bytes(300 * 8 * 3);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  const Tensor pictures = Tensor::from(bytes, Shape{300, 4, 2, 3});
  std::vector<std::int64_t> all(300);
  for (std::size_t i = 0; i < 300; ++i) all[i] = static_cast<std::int64_t>(i);
  const auto a = measure_channels(make_array_dataset({pictures}), all).value();
  const auto b = measure_channels(make_array_dataset({pictures.cast(DType::kF32)}), all).value();
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(a.mean[c], b.mean[c], 1e-9);
    EXPECT_NEAR(a.standard_deviation[c], b.standard_deviation[c], 1e-9);
    EXPECT_EQ(a.count, 2400);
  }
}

TEST(Normalization, NamesTheSampleThatIsNotFinite) {
  const auto data = make_array_dataset({Tensor::from<float>({1, NAN}, Shape{2, 1})}, {}, {.sample_ids = {"good", "bad"}});
  const std::vector<std::int64_t> all{0, 1};
  const auto result = measure_channels(data, all);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::kDataCorrupt);
  EXPECT_NE(result.error().message().find("bad"), std::string::npos);
}

TEST(TestOpenings, CountsAcrossThreads) {
  const TemporaryFolder folder;
  const TestOpenings openings(local_files(), folder.path());
  EXPECT_TRUE(openings.list("ab12")->empty());
  EXPECT_EQ(openings.open("ab12", {"2026-01-01T00:00:00Z", "run 1"}).value(), 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) EXPECT_TRUE(openings.open("ab12", {"2026-01-01T00:00:01Z", "more"}));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(openings.list("ab12")->size(), 21u);
  EXPECT_EQ(openings.list("ab12")->front().purpose, "run 1");
  EXPECT_TRUE(openings.list("cd")->empty());
}

TEST(TestOpenings, ADamagedCountIsNotZero) {
  const TemporaryFolder folder;
  const TestOpenings openings(local_files(), folder.path());
  ASSERT_TRUE(openings.open("ab", {"t", "p"}));
  ASSERT_TRUE(write_atomic(local_files(), folder.file("test-openings/ab.json"), "{"));
  EXPECT_EQ(openings.list("ab").error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(openings.open("ab", {"t", "p"}).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(openings.open("../evil", {"t", "p"}).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace lepton::data
