// NPZ archives as datasets.
#include "lepton/data/readers/npz_dataset.hpp"

#include <gtest/gtest.h>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/npz.hpp"

namespace lepton::data {
namespace {

Result<DatasetHandle> written(const TemporaryFolder& folder, const formats::NamedTensors& arrays) {
  const std::string path = folder.file("a.npz");
  write_atomic(local_files(), path, formats::write_npz(arrays).value()).value();
  return read_npz_dataset(local_files(), path);
}

TEST(NpzDataset, WholeAndParts) {
  const TemporaryFolder folder;
  const Tensor x = Tensor::zeros(DType::kU8, Shape{3, 4, 5}), y = Tensor::from<std::int64_t>({0, 1, 1}, Shape{3, 1});
  const auto whole = written(folder, {{"x", x}, {"y", y}}).value();
  EXPECT_EQ(whole->features()[0].type.shape, (Shape{4, 5, 1}));
  EXPECT_EQ(whole->label(2), 1);
  const auto parts = written(folder, {{"x_train", x}, {"y_train", y}, {"x_test", x.rows(0, 1)}, {"y_test", y.rows(0, 1)}}).value();
  EXPECT_EQ(parts->num_samples(), 4);
  EXPECT_EQ(parts->sample_id(3), "test/0");
  EXPECT_EQ(official_indices(*parts, "train").size(), 3u);
}

TEST(NpzDataset, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const Tensor x = Tensor::zeros(DType::kF32, Shape{3, 4}), y = Tensor::zeros(DType::kI64, Shape{2});
  EXPECT_EQ(written(folder, {{"z", x}}).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(written(folder, {{"x", x}, {"y", y}}).error().code(), ErrorCode::kShapeMismatch);
  EXPECT_EQ(written(folder, {{"x_train", x}, {"x_val", y}}).error().code(), ErrorCode::kShapeMismatch);
}

TEST(NpzDataset, LungNodules) {
  const auto folder = data_folder(local_files());
  if (!folder) GTEST_SKIP() << "needs the set luna16_50x50";
  const auto data = read_npz_dataset(local_files(), join_path(*folder, "medical/luna16_50x50.npz"));
  if (!data && data.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set luna16_50x50";
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ((*data)->num_samples(), 2535 + 672 + 846);
  EXPECT_EQ(official_indices(**data, "val").size(), 672u);
}

}  // namespace
}  // namespace lepton::data
