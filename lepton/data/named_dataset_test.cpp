// Known data sets: the registry, the cache, and the real sets where they are on this machine.
#include "lepton/data/named_dataset.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "lepton/base/files.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton::data {
namespace {

TEST(NamedDataset, RegistryIsWhole) {
  std::set<std::string_view> names;
  for (const auto& info : named_datasets()) {
    EXPECT_TRUE(names.insert(info.name).second);
    EXPECT_FALSE(info.terms.empty());
    EXPECT_FALSE(info.remedy.empty());
  }
  const auto typo = find_named_dataset("fashion-minst");
  ASSERT_FALSE(typo);
  EXPECT_EQ(typo.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(typo.error().message().find("fashion-mnist"), std::string::npos);
}

TEST(NamedDataset, FashionMnist) {
  const auto data = open_named_dataset(local_files(), "fashion-mnist");
  if (!data && data.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set fashion-mnist";
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ((*data)->num_samples(), 70000);
  EXPECT_EQ(official_indices(**data, "train").size(), 60000u);
  EXPECT_EQ((*data)->target().label_names[9], "Ankle boot");
  EXPECT_EQ((*data)->label(0), 9);
  EXPECT_EQ((*data)->features()[0].type, (TensorType{DType::kU8, Shape{28, 28, 1}}));
  EXPECT_EQ((*data)->sample_id(60000), "test/00000");
}

TEST(NamedDataset, VehiclesUnpackOnce) {
  const auto first = locate_named_dataset(local_files(), "vehicles-6class-64");
  if (!first && first.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set vehicles-6class-64";
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(locate_named_dataset(local_files(), "vehicles-6class-64").value(), *first);
  const auto data = open_named_dataset(local_files(), "vehicles-6class-64", {.height = 64, .width = 64}).value();
  EXPECT_EQ(data->num_samples(), 4800);
  EXPECT_EQ(data->target().label_names, (std::vector<std::string>{"bike", "car", "juggernaut", "minibus", "pickup", "truck"}));
  EXPECT_EQ(data->load(4799)->inputs[0].shape(), (Shape{64, 64, 3}));
}

TEST(NamedDataset, MasksAreNoSamples) {
  const auto data = open_named_dataset(local_files(), "magnetic-tile-256", {.colour = Colour::kGrey, .height = 64, .width = 64});
  if (!data && data.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set magnetic-tile-256";
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ((*data)->num_samples(), 1344);
}

TEST(NamedDataset, OfficialFolders) {
  const auto data = open_named_dataset(local_files(), "hymenoptera-160", {.height = 32, .width = 32});
  if (!data && data.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set hymenoptera-160";
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(official_indices(**data, "val").size(), 153u);
}

}  // namespace
}  // namespace lepton::data
