// Grouping classes: labels follow, everything else stays; wrong groups are errors.
#include "lepton/data/class_groups.hpp"

#include <gtest/gtest.h>

namespace lepton::data {
namespace {

DatasetHandle four_samples() {
  return make_array_dataset({Tensor::from<float>({1, 2, 3, 4}, {4, 1})}, Tensor::from<std::int64_t>({0, 1, 2, 1}, {4}),
                            {.label_names = {"crack", "free", "fray"}});
}

ErrorCode code_of(std::vector<std::string> groups) {
  const auto grouped = group_classes(four_samples(), groups);
  return grouped ? ErrorCode::kInternal : grouped.error().code();
}

TEST(ClassGroupsTest, LabelsFollow) {
  const std::vector<std::string> groups = {"good:free", "defect:*"};
  const DatasetHandle grouped = group_classes(four_samples(), groups).value();
  EXPECT_EQ(grouped->target().label_names, (std::vector<std::string>{"good", "defect"}));
  const std::vector<std::int64_t> expected = {1, 0, 1, 0};
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(grouped->label(i), expected[static_cast<std::size_t>(i)]);
    EXPECT_EQ(grouped->load(i)->target.to_vector<std::int64_t>()[0], expected[static_cast<std::size_t>(i)]);
    EXPECT_EQ(grouped->load(i)->inputs[0].to_vector<float>()[0], static_cast<float>(i + 1));
  }
  const std::vector<std::int64_t> all = {0, 1, 2, 3};
  EXPECT_EQ(grouped->load_batch(all)->target.to_vector<std::int64_t>(), expected);
  EXPECT_EQ(group_classes(four_samples(), {}).value()->target().label_names.size(), 3u);
}

TEST(ClassGroupsTest, WrongGroupsAreErrors) {
  EXPECT_EQ(code_of({"good:free", "defect:crack"}), ErrorCode::kInvalidArgument) << "fray is in none";
  EXPECT_EQ(code_of({"good:free", "defect:free+*"}), ErrorCode::kInvalidArgument) << "free is in two";
  EXPECT_EQ(code_of({"good:*", "defect:*"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of({"good:free+crack+fray", "defect:*"}), ErrorCode::kInvalidArgument) << "nothing is left";
  EXPECT_EQ(code_of({"all:*"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of({"free", "defect:*"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of({"good:fre", "defect:*"}), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace lepton::data
