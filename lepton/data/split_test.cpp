// Every way to split: shares, seeds, refusals, and the stored form.
#include "lepton/data/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "lepton/base/json.hpp"

namespace lepton::data {
namespace {

DatasetHandle labelled(std::vector<std::int64_t> labels) {
  const auto count = static_cast<std::int64_t>(labels.size());
  std::vector<std::string> ids;
  for (std::int64_t i = 0; i < count; ++i) ids.push_back(fmt::format("p{}/{}.png", i / 4, i));
  return make_array_dataset({Tensor::zeros(DType::kF32, Shape{count, 1})}, Tensor::from(labels, Shape{count}), {.sample_ids = ids});
}

DatasetHandle two_classes(int a, int b) {
  std::vector<std::int64_t> labels(static_cast<std::size_t>(a), 0);
  labels.insert(labels.end(), static_cast<std::size_t>(b), 1);
  return labelled(labels);
}

std::map<std::int64_t, int> balance(const Dataset& data, const SplitPart& part) {
  std::map<std::int64_t, int> counts;
  for (const auto index : part.indices) ++counts[data.label(index)];
  return counts;
}

void expect_partition(const Split& split, std::int64_t count) {
  std::set<std::int64_t> seen;
  for (const auto& part : split.parts) {
    EXPECT_TRUE(std::ranges::is_sorted(part.indices));
    for (const auto index : part.indices) EXPECT_TRUE(seen.insert(index).second);
  }
  EXPECT_EQ(static_cast<std::int64_t>(seen.size()), count);
}

TEST(Split, StratifiedKeepsShares) {
  const auto data = two_classes(100, 20);
  const Split split = stratified_split(*data, {{"train", 0.8}, {"val", 0.1}, {"test", 0.1}}, 1).value();
  expect_partition(split, 120);
  EXPECT_EQ(balance(*data, split.parts[0]), (std::map<std::int64_t, int>{{0, 80}, {1, 16}}));
  EXPECT_EQ(balance(*data, split.parts[2]), (std::map<std::int64_t, int>{{0, 10}, {1, 2}}));
  EXPECT_EQ(split, stratified_split(*data, {{"train", 0.8}, {"val", 0.1}, {"test", 0.1}}, 1).value());
  EXPECT_NE(split, stratified_split(*data, {{"train", 0.8}, {"val", 0.1}, {"test", 0.1}}, 2).value());
  EXPECT_EQ(split.indices("val")->size(), 12u);
  EXPECT_EQ(split.indices("vall").error().code(), ErrorCode::kNotFound);
}

TEST(Split, StratifiedNeverLosesAClass) {
  const auto data = two_classes(100, 3);
  const Split split = stratified_split(*data, default_shares(), 0).value();
  for (const auto& part : split.parts) EXPECT_EQ(balance(*data, part).at(1), 1);
  const auto too_few = stratified_split(*two_classes(100, 2), default_shares(), 0);
  ASSERT_FALSE(too_few);
  EXPECT_EQ(too_few.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(stratified_split(*data, {{"train", 1}, {"val", 0}}, 0));
  EXPECT_FALSE(stratified_split(*data, {}, 0));
}

TEST(Split, PartOfAnOfficialSplit) {
  std::vector<std::string> parts(10, "train");
  parts[8] = parts[9] = "test";
  const auto data = make_array_dataset({Tensor::zeros(DType::kF32, Shape{10, 1})},
                                       Tensor::from<std::int64_t>({0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, Shape{10}), {.parts = parts});
  const Split official = official_split(*data).value();
  const Split split = split_part(*data, official, "train", {{"train", 0.75}, {"val", 0.25}}, 3).value();
  expect_partition(split, 10);
  EXPECT_EQ(split.indices("test").value(), (std::vector<std::int64_t>{8, 9}));
  EXPECT_EQ(split.indices("val")->size(), 2u);
  const std::vector<std::string> groups = {"a", "a", "b", "b", "c", "c", "d", "d", "a", "a"};
  const Split grouped = split_part(*data, official, "train", {{"train", 0.75}, {"val", 0.25}}, 3, groups).value();
  expect_partition(grouped, 10);
  const auto val = grouped.indices("val").value();
  ASSERT_EQ(val.size(), 2u);
  EXPECT_EQ(groups[static_cast<std::size_t>(val[0])], groups[static_cast<std::size_t>(val[1])]);
  EXPECT_FALSE(official_split(*two_classes(3, 3)));
}

TEST(Split, GroupsStayTogether) {
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 200; ++i) labels.push_back(i % 3 == 0 ? 1 : 0);
  const auto data = labelled(labels);
  const auto groups = groups_from_ids(*data, "^(p\\d+)/").value();
  EXPECT_EQ(groups[5], "p1");
  const Split split = grouped_split(*data, groups, default_shares(), 4).value();
  expect_partition(split, 200);
  std::map<std::string, std::size_t> part_of;
  for (std::size_t part = 0; part < split.parts.size(); ++part) {
    for (const auto index : split.parts[part].indices) {
      EXPECT_EQ(part_of.emplace(groups[static_cast<std::size_t>(index)], part).first->second, part);
    }
  }
  EXPECT_NEAR(static_cast<double>(split.parts[0].indices.size()), 140, 8);
  EXPECT_FALSE(grouped_split(*data, std::vector<std::string>(200, "one"), default_shares(), 0));
  EXPECT_EQ(groups_from_ids(*data, "(").error().code(), ErrorCode::kParseError);
  EXPECT_EQ(groups_from_ids(*data, "nothing").error().code(), ErrorCode::kInvalidArgument);
}

TEST(Split, TimeGoesForward) {
  const auto data = two_classes(6, 4);
  const std::vector<double> times{9, 8, 7, 6, 5, 4, 3, 2, 2, 1};
  const Split split = time_split(*data, times, {{"train", 0.2}, {"test", 0.8}}).value();
  // Equal times are not cut apart: three samples instead of two.
  EXPECT_EQ(split.parts[0].indices, (std::vector<std::int64_t>{7, 8, 9}));
  expect_partition(split, 10);
  std::vector<double> bad = times;
  bad[3] = NAN;
  EXPECT_FALSE(time_split(*data, bad, {{"train", 0.5}, {"test", 0.5}}));
  EXPECT_FALSE(time_split(*data, std::vector<double>(10, 1.0), {{"train", 0.5}, {"test", 0.5}}));
}

TEST(Split, FoldsAreEven) {
  const auto data = two_classes(23, 12);
  const Split split = k_fold(*data, 5, 0).value();
  expect_partition(split, 35);
  for (const auto& part : split.parts) {
    EXPECT_EQ(part.indices.size(), 7u);
    EXPECT_GE(balance(*data, part).at(1), 2);
  }
  EXPECT_FALSE(k_fold(*two_classes(23, 4), 5, 0));
  EXPECT_FALSE(k_fold(*data, 1, 0));
}

TEST(Split, StoredByIds) {
  const auto data = two_classes(20, 20);
  const Split split = stratified_split(*data, default_shares(), 1).value();
  const Json json = to_json(split, *data);
  EXPECT_EQ(split_from_json(json, *data).value(), split);

  // The same samples in another order: the same split.
  std::vector<std::int64_t> backwards(40);
  for (std::size_t i = 0; i < 40; ++i) backwards[i] = 39 - static_cast<std::int64_t>(i);
  const auto turned = subset(data, backwards);
  const Split found = split_from_json(json, *turned).value();
  EXPECT_EQ(turned->sample_id(found.parts[1].indices[0]), data->sample_id(split.parts[1].indices[0]));

  Json changed = json;
  changed["parts"]["train"].erase(0);
  EXPECT_EQ(split_from_json(changed, *data).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(split_from_json(json, *two_classes(5, 5)).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(split_from_json(Json::array(), *data).error().code(), ErrorCode::kParseError);
}

}  // namespace
}  // namespace lepton::data
