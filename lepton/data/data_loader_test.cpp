// Order, bits, bounds and errors of the loader.
#include "lepton/data/data_loader.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <thread>

namespace lepton::data {
namespace {

// A dataset whose loads take unequal time and can fail; it counts how far loading runs ahead.
class Probe final : public Dataset {
 public:
  explicit Probe(std::int64_t count, std::int64_t bad = -1) : count_(count), bad_(bad) {}
  std::int64_t num_samples() const override { return count_; }
  const std::vector<FeatureSpec>& features() const override { return features_; }
  const TargetSpec& target() const override { return target_; }
  std::string sample_id(std::int64_t index) const override { return "file_" + std::to_string(index); }
  std::int64_t label(std::int64_t) const override { return -1; }
  Result<Sample> load(std::int64_t index) const override {
    ++loaded;
    std::this_thread::sleep_for(std::chrono::microseconds((index * 7919) % 300));
    if (index == bad_) return make_error(ErrorCode::kDataCorrupt, "{}: damaged", sample_id(index));
    return Sample{.inputs = {Tensor::from<std::int64_t>({index}, Shape{1})}, .target = {}};
  }
  mutable std::atomic<std::int64_t> loaded{0};

 private:
  std::int64_t count_, bad_;
  std::vector<FeatureSpec> features_{{"x", {DType::kI64, Shape{1}}}};
  TargetSpec target_;
};

std::vector<std::int64_t> drain(DataLoader& loader) {
  std::vector<std::int64_t> seen;
  while (auto batch = loader.next().value()) {
    const auto values = batch->inputs[0].to_vector<std::int64_t>();
    EXPECT_EQ(values, batch->indices);
    seen.insert(seen.end(), values.begin(), values.end());
  }
  return seen;
}

TEST(DataLoader, OrderDependsOnSeedAndEpochAlone) {
  const auto data = std::make_shared<Probe>(103);
  std::vector<std::vector<std::int64_t>> orders;
  for (const int threads : {0, 1, 3}) {
    DataLoader loader(data, {.batch_size = 8, .seed = 5, .num_threads = threads});
    EXPECT_EQ(loader.num_batches(), 13);
    loader.start(2);
    orders.push_back(drain(loader));
  }
  EXPECT_EQ(orders[0], orders[1]);
  EXPECT_EQ(orders[0], orders[2]);
  EXPECT_EQ(orders[0], epoch_order(103, true, 5, 2));
  EXPECT_NE(orders[0], epoch_order(103, true, 5, 3));
  EXPECT_NE(orders[0], epoch_order(103, true, 6, 2));
  EXPECT_EQ(std::set(orders[0].begin(), orders[0].end()).size(), 103u);
}

TEST(DataLoader, ResumesAtABatch) {
  DataLoader loader(std::make_shared<Probe>(40), {.batch_size = 8, .seed = 1});
  const auto whole = drain(loader);
  loader.start(0, 3);
  const auto rest = drain(loader);
  EXPECT_EQ(rest, std::vector<std::int64_t>(whole.begin() + 24, whole.end()));
  loader.start(0, 5);
  EXPECT_TRUE(drain(loader).empty());
  EXPECT_THROW(loader.start(0, 6), Error);
}

TEST(DataLoader, DropsTheLastSmallBatchOnRequest) {
  DataLoader loader(std::make_shared<Probe>(10), {.batch_size = 4, .shuffle = false, .drop_last = true});
  EXPECT_EQ(loader.num_batches(), 2);
  EXPECT_EQ(drain(loader).size(), 8u);
  EXPECT_THROW(DataLoader(std::make_shared<Probe>(3), {.batch_size = 4, .drop_last = true}), Error);
}

TEST(DataLoader, LoadsAheadWithinTheBound) {
  const auto data = std::make_shared<Probe>(1000);
  DataLoader loader(data, {.batch_size = 10, .num_threads = 2, .prefetch_batches = 3});
  ASSERT_TRUE(loader.next().value());
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_LE(data->loaded, 40);
}

TEST(DataLoader, ErrorsComeBackWithTheFileName) {
  for (const int threads : {0, 2}) {
    DataLoader loader(std::make_shared<Probe>(40, 17), {.batch_size = 4, .shuffle = false, .num_threads = threads});
    Result<std::optional<Batch>> batch = loader.next();
    int taken = 0;
    for (; batch && *batch; batch = loader.next()) ++taken;
    ASSERT_FALSE(batch);
    EXPECT_EQ(taken, 4);
    EXPECT_EQ(batch.error().code(), ErrorCode::kDataCorrupt);
    EXPECT_NE(batch.error().message().find("file_17"), std::string::npos);
  }
}

TEST(DataLoader, StopsInTheMiddleWithoutHanging) {
  DataLoader loader(std::make_shared<Probe>(500), {.batch_size = 4, .num_threads = 2});
  ASSERT_TRUE(loader.next().value());
  loader.start(1);
  ASSERT_TRUE(loader.next().value());
}

}  // namespace
}  // namespace lepton::data
