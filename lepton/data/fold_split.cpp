// Cross-validation inside a split: the test part is set apart before anything is cut.
#include <algorithm>

#include "lepton/data/split.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;

Result<void> check(const FoldChoice& choice, const Indices& rest) {
  if (choice.folds < 2)
    return make_error(ErrorCode::kInvalidArgument, "split: cross-validation needs 2 folds or more, got {}", choice.folds);
  if (choice.fold < 0 || choice.fold >= choice.folds)
    return make_error(ErrorCode::kInvalidArgument, "split: of {} folds there is none with number {}; the first is 0", choice.folds,
                      choice.fold);
  if (choice.folds > std::ssize(rest))
    return make_error(ErrorCode::kInvalidArgument, "split: {} folds cannot be made of {} samples", choice.folds, rest.size());
  return {};
}

Indices outside_test(const Split& split) {
  Indices rest;
  for (const SplitPart& part : split.parts) {
    if (part.name != "test") rest.insert(rest.end(), part.indices.begin(), part.indices.end());
  }
  std::ranges::sort(rest);
  return rest;
}

// Blocks of a split of the rest become train and val of the whole; `rest` turns places into samples.
Split joined(const Split& split, const Split& blocks, const Indices& rest, const FoldChoice& choice, std::size_t validating, bool forward) {
  Indices train, val;
  for (std::size_t i = 0; i < blocks.parts.size(); ++i) {
    if (forward && i > validating) break;
    Indices& side = i == validating ? val : train;
    for (const std::int64_t place : blocks.parts[i].indices) side.push_back(rest[static_cast<std::size_t>(place)]);
  }
  std::ranges::sort(train);
  std::ranges::sort(val);
  Split result{split.method, choice.seed, {{"train", std::move(train)}, {"val", std::move(val)}}};
  for (const SplitPart& part : split.parts) {
    if (part.name == "test") result.parts.push_back(part);
  }
  return result;
}

template <class T>
std::vector<T> at(std::span<const T> values, const Indices& places) {
  std::vector<T> picked;
  for (const std::int64_t place : places) picked.push_back(values[static_cast<std::size_t>(place)]);
  return picked;
}

Shares equal_shares(std::int64_t count) {
  Shares shares;
  for (std::int64_t i = 0; i < count; ++i) shares.push_back({fmt::format("fold_{}", i), 1.0});
  return shares;
}

// Only looked at, never owned: the view ends with the call.
DatasetHandle view(const Dataset& dataset, Indices rows) { return subset(DatasetHandle(DatasetHandle(), &dataset), std::move(rows)); }

}  // namespace

Result<Split> fold_split(const Dataset& dataset, const Split& split, const FoldChoice& choice, std::span<const std::string> groups) {
  const Indices rest = outside_test(split);
  LEPTON_CHECK_OK(check(choice, rest));
  const DatasetHandle samples = view(dataset, rest);
  if (groups.empty()) {
    LEPTON_TRY(const Split folds, k_fold(*samples, static_cast<int>(choice.folds), choice.seed));
    return joined(split, folds, rest, choice, static_cast<std::size_t>(choice.fold), false);
  }
  LEPTON_TRY(const Split folds, grouped_split(*samples, at(groups, rest), equal_shares(choice.folds), choice.seed));
  return joined(split, folds, rest, choice, static_cast<std::size_t>(choice.fold), false);
}

Result<Split> forward_fold_split(const Dataset& dataset, const Split& split, const FoldChoice& choice, std::span<const double> times) {
  const Indices rest = outside_test(split);
  LEPTON_CHECK_OK(check(choice, rest));
  LEPTON_TRY(const Split blocks, time_split(*view(dataset, rest), at(times, rest), equal_shares(choice.folds + 1)));
  return joined(split, blocks, rest, choice, static_cast<std::size_t>(choice.fold) + 1, true);
}

}  // namespace lepton::data
