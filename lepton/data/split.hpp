// Splits: which samples train, choose and test. A split is a value stored by sample ids, so that it outlives reordering and new samples.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton::data {

struct SplitPart {
  std::string name;  ///< "train", "val", "test", "fold_0", …
  std::vector<std::int64_t> indices;
  bool operator==(const SplitPart&) const = default;
};

struct Split {
  std::string method;  ///< "stratified", "grouped", "time", "official" or "k-fold": how it was made.
  std::uint64_t seed = 0;
  std::vector<SplitPart> parts;

  /// The indices of a part; kNotFound, with the nearest known name, if there is none of that name.
  Result<std::vector<std::int64_t>> indices(std::string_view part) const;
  bool operator==(const Split&) const = default;
};

/// A part's name and its share. Shares are positive and are divided by their sum.
struct Share {
  std::string name;
  double fraction = 0;
};
using Shares = std::vector<Share>;

/// 70 % train, 15 % val, 15 % test.
Shares default_shares();

/// Splits so that each class has the same shares in every part, up to one sample; a dataset without classes is cut at random.
///
/// Errors:  kInvalidArgument for shares that are not positive, and, naming the class, if a class would be missing from a part.
Result<Split> stratified_split(const Dataset& dataset, const Shares& shares, std::uint64_t seed);

/// Splits so that samples of one group stay together; shares and class balance are met as well as the groups allow.
///
/// Shapes:  groups: one name for each sample.
/// Errors:  kInvalidArgument if there are fewer groups than parts or a class would be missing from a part.
Result<Split> grouped_split(const Dataset& dataset, std::span<const std::string> groups, const Shares& shares, std::uint64_t seed);

/// Splits by time: the earliest samples into the first part, and so on. Equal times stay together.
///
/// Errors:  kInvalidArgument if a time is not finite or a part would be empty. Classes may be missing: time decides.
Result<Split> time_split(const Dataset& dataset, std::span<const double> times, const Shares& shares);

/// The split that the data came with. kInvalidArgument if it has none or a sample belongs to no part.
Result<Split> official_split(const Dataset& dataset);

/// Like stratified_split(), or with `groups` grouped_split(), of `part` of `split` alone: e.g. val out of an official train.
///
/// Shapes:  groups: one name for each sample of the dataset, or none.
Result<Split> split_part(const Dataset& dataset, const Split& split, std::string_view part, const Shares& shares, std::uint64_t seed,
                         std::span<const std::string> groups = {});

/// k parts "fold_0" to "fold_{k-1}" of equal size and class balance. kInvalidArgument if a class has fewer than k samples.
Result<Split> k_fold(const Dataset& dataset, int k, std::uint64_t seed);

/// Which part of a cross-validation: of `folds` parts, number `fold` (from 0) validates.
struct FoldChoice {
  std::int64_t folds = 5, fold = 0;
  std::uint64_t seed = 0;
};

/// Cross-validation inside a split: the samples that are not in "test" are cut into folds of equal class balance, of which one becomes
/// "val" and the others "train". "test" stays as it is, so that no fold sees it. With `groups` samples of one group stay in one fold.
///
/// Shapes:  groups: one name for each sample of the dataset, or none.
/// Errors:  kInvalidArgument for fewer than 2 folds, a fold that is not there, or a class or too few groups for that many folds.
Result<Split> fold_split(const Dataset& dataset, const Split& split, const FoldChoice& choice, std::span<const std::string> groups = {});

/// The same for samples with times: folds go forward. The samples outside "test" are cut by time into folds + 1 blocks; fold i trains on
/// the blocks 0 to i and validates on the next one. Equal times stay together.
Result<Split> forward_fold_split(const Dataset& dataset, const Split& split, const FoldChoice& choice, std::span<const double> times);

/// The group of each sample: the first capture group (or all) of `pattern` (ECMAScript) in its id.
///
/// Errors:  kParseError for a bad pattern; kInvalidArgument, naming it, for an id that does not match.
Result<std::vector<std::string>> groups_from_ids(const Dataset& dataset, const std::string& pattern);

/// `{"version": 1, "method": …, "parts": {name: [ids]}, "hash": …}`; the hash covers the parts.
Json to_json(const Split& split, const Dataset& dataset);

/// Reads what to_json() wrote and finds the samples by id. Samples that it does not name are in no part.
///
/// Errors:  kParseError for a malformed text; kDataCorrupt if the hash does not fit or an id is in two parts; kNotFound, naming it, for an
///          id that the dataset lacks.
Result<Split> split_from_json(const Json& json, const Dataset& dataset);

}  // namespace lepton::data
