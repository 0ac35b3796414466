// Array datasets, subsets and stacking.
#include "lepton/data/dataset.hpp"

#include <gtest/gtest.h>

namespace lepton::data {
namespace {

DatasetHandle small() {
  return make_array_dataset({Tensor::from<float>({1, 2, 3, 4, 5, 6}, Shape{3, 2})}, Tensor::from<std::uint8_t>({2, 0, 1}, Shape{3}),
                            {.parts = {"train", "test", "train"}});
}

TEST(ArrayDataset, LoadsRowsAndGathersBatches) {
  const auto data = small();
  EXPECT_EQ(data->num_samples(), 3);
  EXPECT_EQ(data->features()[0].type, (TensorType{DType::kF32, Shape{2}}));
  EXPECT_EQ(data->target().kind, TargetKind::kClass);
  EXPECT_EQ(data->target().label_names, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(data->label(0), 2);
  EXPECT_EQ(data->load(1)->inputs[0].to_vector<float>(), (std::vector<float>{3, 4}));
  EXPECT_EQ(data->load(1)->target.shape(), Shape{});
  const std::vector<std::int64_t> indices{2, 0};
  const Batch batch = data->load_batch(indices).value();
  EXPECT_EQ(batch.inputs[0].to_vector<float>(), (std::vector<float>{5, 6, 1, 2}));
  EXPECT_EQ(batch.target.to_vector<int>(), (std::vector<int>{1, 2}));
  EXPECT_EQ(batch.target.dtype(), DType::kI64);
  const Batch stacked = data->Dataset::load_batch(indices).value();
  EXPECT_TRUE(same_bits(stacked.inputs[0], batch.inputs[0]));
  EXPECT_TRUE(same_bits(stacked.target, batch.target));
}

TEST(ArrayDataset, ChecksItsArrays) {
  EXPECT_THROW(make_array_dataset({}), Error);
  EXPECT_THROW(make_array_dataset({Tensor::zeros(DType::kF32, Shape{3, 2})}, Tensor::zeros(DType::kI64, Shape{2})), Error);
  EXPECT_THROW(make_array_dataset({Tensor::zeros(DType::kF32, Shape{1, 2})}, Tensor::from<std::int64_t>({-1}, Shape{1})), Error);
  EXPECT_THROW(
      make_array_dataset({Tensor::zeros(DType::kF32, Shape{1, 2})}, Tensor::from<std::int64_t>({2}, Shape{1}), {.label_names = {"a", "b"}}),
      Error);
  const auto numbers = make_array_dataset({Tensor::zeros(DType::kF32, Shape{2, 2})}, Tensor::from<double>({1.5, 2}, Shape{2}));
  EXPECT_EQ(numbers->target().kind, TargetKind::kNumber);
  EXPECT_EQ(numbers->label(0), -1);
}

TEST(Subset, MapsIndicesAndKeepsParts) {
  const auto data = small();
  const auto train = subset(data, official_indices(*data, "train"));
  EXPECT_EQ(train->num_samples(), 2);
  EXPECT_EQ(train->sample_id(1), "2");
  EXPECT_EQ(train->label(1), 1);
  const std::vector<std::int64_t> indices{1};
  const Batch batch = train->load_batch(indices).value();
  EXPECT_EQ(batch.indices, indices);
  EXPECT_EQ(batch.inputs[0].to_vector<float>(), (std::vector<float>{5, 6}));
  EXPECT_EQ(train->content_hash(1).value(), data->content_hash(2).value());
  EXPECT_NE(data->content_hash(1).value(), data->content_hash(2).value());
  EXPECT_THROW(subset(data, {3}), Error);
}

}  // namespace
}  // namespace lepton::data
