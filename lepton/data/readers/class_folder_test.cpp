// Folders of classes: layouts, odd names, and everything that is not a sample.
#include "lepton/data/readers/class_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"

namespace lepton::data {
namespace {

std::string picture(int height, int width, int value) {
  return encode_png(Tensor::full(DType::kU8, Shape{height, width, 3}, value)).value();
}

void put(const TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
  ASSERT_TRUE(local_files().make_folders(parent_folder(folder.file(name))));
  ASSERT_TRUE(write_atomic(local_files(), folder.file(name), bytes));
}

TEST(ClassFolder, ListsSamplesAndWhatIsSkipped) {
  const TemporaryFolder folder;
  put(folder, "zebra/1.png", picture(4, 4, 1));
  put(folder, "zebra/nested/2.PNG", picture(4, 4, 2));
  put(folder, "猫/图 1.jpg", picture(4, 4, 3));  // PNG bytes under a .jpg name
  put(folder, "猫/unnamed", picture(4, 4, 4));
  put(folder, "猫/notes.txt", "no picture");
  put(folder, "猫/a_mask.png", picture(4, 4, 5));
  put(folder, "猫/.hidden.png", picture(4, 4, 6));
  put(folder, "猫/damaged.jpg", "not really");
  put(folder, "README", "hello");
  put(folder, ".git/config", "x");
  const auto scan = scan_class_folder(local_files(), folder.path(), {.exclude = {"*_mask.png"}});
  ASSERT_TRUE(scan) << scan.error().message();
  EXPECT_EQ(scan->classes, (std::vector<std::string>{"zebra", "猫"}));
  std::vector<std::string> paths, skipped;
  for (const auto& file : scan->files) paths.push_back(file.path);
  for (const auto& file : scan->skipped) skipped.push_back(file.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"zebra/1.png", "zebra/nested/2.PNG", "猫/damaged.jpg", "猫/unnamed", "猫/图 1.jpg"}));
  EXPECT_EQ(skipped, (std::vector<std::string>{".git", "README", "猫/.hidden.png", "猫/a_mask.png", "猫/notes.txt"}));

  const auto data = make_class_folder_dataset(local_files(), *scan, {.height = 2, .width = 2});
  EXPECT_EQ(data->num_samples(), 5);
  EXPECT_EQ(data->label(0), 0);
  EXPECT_EQ(data->label(4), 1);
  const Sample sample = data->load(4).value();
  EXPECT_TRUE(same_bits(sample.inputs[0], Tensor::full(DType::kU8, Shape{2, 2, 3}, 3)));
  EXPECT_EQ(sample.target.item(), 1);
  const auto damaged = data->load(2);
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message().find("damaged.jpg"), std::string::npos);
}

TEST(ClassFolder, RecognisesAnOfficialSplit) {
  const TemporaryFolder folder;
  put(folder, "train/ants/1.png", picture(2, 2, 1));
  put(folder, "train/bees/2.png", picture(2, 2, 2));
  put(folder, "Validation/bees/3.png", picture(2, 2, 3));
  const auto data = read_class_folder(local_files(), folder.path(), {}).value();
  EXPECT_EQ(data->target().label_names, (std::vector<std::string>{"ants", "bees"}));
  EXPECT_EQ(official_indices(*data, "train").size(), 2u);
  ASSERT_EQ(official_indices(*data, "val").size(), 1u);
  EXPECT_EQ(data->label(official_indices(*data, "val")[0]), 1);
}

TEST(ClassFolder, PartNamesThatAreClassesStayClasses) {
  const TemporaryFolder folder;
  put(folder, "train/1.png", picture(2, 2, 1));
  put(folder, "test/1.png", picture(2, 2, 2));
  const auto data = read_class_folder(local_files(), folder.path(), {}).value();
  EXPECT_EQ(data->target().label_names, (std::vector<std::string>{"test", "train"}));
}

TEST(ClassFolder, EmptyFoldersAreErrors) {
  const TemporaryFolder folder;
  EXPECT_EQ(scan_class_folder(local_files(), folder.path()).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(scan_class_folder(local_files(), folder.file("none")).error().code(), ErrorCode::kNotFound);
  put(folder, "full/1.png", picture(2, 2, 1));
  put(folder, "empty/notes.txt", "x");
  const auto scan = scan_class_folder(local_files(), folder.path());
  ASSERT_FALSE(scan);
  EXPECT_EQ(scan.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(scan.error().message().find("empty"), std::string::npos);
}

TEST(ClassFolder, Patterns) {
  EXPECT_TRUE(matches_pattern("a_mask.png", "*_mask.png"));
  EXPECT_FALSE(matches_pattern("a_mask.jpg", "*_mask.png"));
  EXPECT_TRUE(matches_pattern("abc", "a?c"));
  EXPECT_TRUE(matches_pattern("", "*"));
  EXPECT_FALSE(matches_pattern("", "?"));
  EXPECT_TRUE(matches_pattern("aXbXc", "a*b*c"));
}

}  // namespace
}  // namespace lepton::data
