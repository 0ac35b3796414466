// Folds inside a split: disjoint, complete, balanced, by group or forward in time, and the test part stays as it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "lepton/data/split.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;

DatasetHandle labelled(int count, int every) {
  std::vector<std::int64_t> labels;
  for (int i = 0; i < count; ++i) labels.push_back(i % every == 0 ? 1 : 0);
  return make_array_dataset({Tensor::zeros(DType::kF32, Shape{count, 1})}, Tensor::from(labels, Shape{count}));
}

Split whole_of(const DatasetHandle& data) { return stratified_split(*data, default_shares(), 3).value(); }

Indices joined(const Indices& a, const Indices& b) {
  Indices all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::ranges::sort(all);
  return all;
}

TEST(FoldSplit, FoldsAreDisjointCompleteAndBalancedAndLeaveTheTestAlone) {
  const auto data = labelled(200, 4);
  const Split whole = whole_of(data);
  const Indices test = whole.indices("test").value(), rest = joined(*whole.indices("train"), *whole.indices("val"));
  Indices validated;
  for (std::int64_t fold = 0; fold < 5; ++fold) {
    const Split split = fold_split(*data, whole, {.folds = 5, .fold = fold, .seed = 3}).value();
    const Indices train = split.indices("train").value(), val = split.indices("val").value();
    EXPECT_EQ(split.indices("test").value(), test);
    EXPECT_EQ(joined(train, val), rest);
    EXPECT_NEAR(static_cast<double>(val.size()), static_cast<double>(rest.size()) / 5, 1);
    const auto ones = std::ranges::count_if(val, [&](std::int64_t i) { return data->label(i) == 1; });
    EXPECT_NEAR(static_cast<double>(ones), static_cast<double>(val.size()) / 4, 1);
    validated = joined(validated, val);
    EXPECT_EQ(split, fold_split(*data, whole, {.folds = 5, .fold = fold, .seed = 3}).value());
  }
  EXPECT_EQ(validated, rest) << "each sample outside the test validates once";
  EXPECT_NE(fold_split(*data, whole, {.folds = 5, .fold = 0, .seed = 3}).value(),
            fold_split(*data, whole, {.folds = 5, .fold = 0, .seed = 4}).value());
}

TEST(FoldSplit, GroupsStayInOneFold) {
  const auto data = labelled(240, 3);
  std::vector<std::string> groups;
  for (int i = 0; i < 240; ++i) groups.push_back(std::to_string(i / 8));
  const Split whole = grouped_split(*data, groups, default_shares(), 1).value();
  std::set<std::string> seen;
  for (std::int64_t fold = 0; fold < 4; ++fold) {
    const Split split = fold_split(*data, whole, {.folds = 4, .fold = fold}, groups).value();
    EXPECT_EQ(split.indices("test").value(), whole.indices("test").value());
    std::map<std::string, std::string> part_of;
    for (const SplitPart& part : split.parts) {
      for (const std::int64_t i : part.indices) {
        const std::string& group = groups[static_cast<std::size_t>(i)];
        EXPECT_EQ(part_of.emplace(group, part.name).first->second, part.name);
        if (part.name == "val") seen.insert(group);
      }
    }
  }
  std::set<std::string> outside;
  for (const std::int64_t i : joined(*whole.indices("train"), *whole.indices("val"))) outside.insert(groups[static_cast<std::size_t>(i)]);
  EXPECT_EQ(seen, outside);
}

TEST(FoldSplit, TimeGoesForward) {
  const auto data = labelled(100, 2);
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) times.push_back((i * 37) % 100);
  const Split whole = time_split(*data, times, {{"train", 0.7}, {"val", 0.1}, {"test", 0.2}}).value();
  const auto latest = [&](const Indices& of) {
    double last = -1;
    for (const std::int64_t i : of) last = std::max(last, times[static_cast<std::size_t>(i)]);
    return last;
  };
  for (std::int64_t fold = 0; fold < 3; ++fold) {
    const Split split = forward_fold_split(*data, whole, {.folds = 3, .fold = fold}, times).value();
    const Indices train = split.indices("train").value(), val = split.indices("val").value();
    EXPECT_EQ(std::ssize(train), 20 * (fold + 1));
    EXPECT_EQ(val.size(), 20u);
    EXPECT_LT(latest(train), latest(val));
    EXPECT_EQ(latest(val), 20 * static_cast<double>(fold + 2) - 1);
    EXPECT_EQ(split.indices("test").value(), whole.indices("test").value());
  }
}

TEST(FoldSplit, WhatCannotBeCutIsAnError) {
  const auto data = labelled(40, 10);
  const Split whole = whole_of(data);
  const auto code = [&](std::int64_t folds, std::int64_t fold, std::span<const std::string> groups = {}) {
    const auto split = fold_split(*data, whole, {.folds = folds, .fold = fold}, groups);
    return split ? ErrorCode::kInternal : split.error().code();
  };
  EXPECT_EQ(code(1, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(3, 3), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(3, -1), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(1'000'000'000'000, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(10, 0), ErrorCode::kInvalidArgument) << "three samples of the rare class";
  EXPECT_EQ(code(3, 0, std::vector<std::string>(40, "one")), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace lepton::data
