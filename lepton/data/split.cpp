// The ways to split. Every one is a function of ids, labels and seed; nothing depends on the order in which memory or threads happen to be.
#include "lepton/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <regex>

#include "lepton/base/random.hpp"
#include "lepton/base/text.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;

Result<std::vector<double>> normalised(const Shares& shares) {
  if (shares.empty()) return Error(ErrorCode::kInvalidArgument, "split: no shares");
  double sum = 0;
  for (const Share& share : shares) {
    if (!(share.fraction > 0) || !std::isfinite(share.fraction)) {
      return make_error(ErrorCode::kInvalidArgument, "split: the share of '{}' must be positive, got {}", share.name, share.fraction);
    }
    sum += share.fraction;
  }
  std::vector<double> fractions;
  for (const Share& share : shares) fractions.push_back(share.fraction / sum);
  return fractions;
}

// Whole numbers that add up to `count` and follow the fractions: largest remainders first.
std::vector<std::int64_t> apportion(std::int64_t count, std::span<const double> fractions) {
  std::vector<std::int64_t> counts;
  std::vector<std::pair<double, std::size_t>> remainders;
  std::int64_t given = 0;
  for (std::size_t i = 0; i < fractions.size(); ++i) {
    const double exact = static_cast<double>(count) * fractions[i];
    counts.push_back(static_cast<std::int64_t>(std::floor(exact + 1e-9)));
    remainders.emplace_back(static_cast<double>(counts.back()) - exact, i);
    given += counts.back();
  }
  std::ranges::stable_sort(remainders, {}, &std::pair<double, std::size_t>::first);
  for (std::size_t i = 0; given < count; ++i, ++given) ++counts[remainders[i % remainders.size()].second];
  return counts;
}

// Samples by class; one class for data without classes.
std::map<std::int64_t, Indices> by_class(const Dataset& dataset, std::span<const std::int64_t> indices) {
  std::map<std::int64_t, Indices> classes;
  for (const std::int64_t index : indices) classes[dataset.label(index)].push_back(index);
  return classes;
}

Indices all_indices(const Dataset& dataset) {
  Indices indices(static_cast<std::size_t>(dataset.num_samples()));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

std::string class_name(const Dataset& dataset, std::int64_t label) {
  const auto& names = dataset.target().label_names;
  return label >= 0 && label < static_cast<std::int64_t>(names.size()) ? names[static_cast<std::size_t>(label)] : std::to_string(label);
}

Error missing_class(const Dataset& dataset, std::int64_t label, std::int64_t count, std::string_view part) {
  return make_error(ErrorCode::kInvalidArgument,
                    "split: class '{}' has {} samples, too few for part '{}'; add samples, or merge or drop the class",
                    class_name(dataset, label), count, part);
}

// Checks that every class that occurs has samples in every part.
Result<void> check_classes(const Dataset& dataset, const Split& split) {
  if (dataset.target().kind != TargetKind::kClass) return {};
  Indices everything;
  for (const SplitPart& part : split.parts) everything.insert(everything.end(), part.indices.begin(), part.indices.end());
  const auto whole = by_class(dataset, everything);
  for (const SplitPart& part : split.parts) {
    const auto own = by_class(dataset, part.indices);
    for (const auto& [label, samples] : whole) {
      if (!own.contains(label)) return missing_class(dataset, label, static_cast<std::int64_t>(samples.size()), part.name);
    }
  }
  return {};
}

std::vector<SplitPart> empty_parts(const Shares& shares) {
  std::vector<SplitPart> parts;
  for (const Share& share : shares) parts.push_back({share.name, {}});
  return parts;
}

Result<std::vector<SplitPart>> stratify(const Dataset& dataset, std::span<const std::int64_t> indices, const Shares& shares,
                                        std::uint64_t seed) {
  LEPTON_TRY(const std::vector<double> fractions, normalised(shares));
  std::vector<SplitPart> parts = empty_parts(shares);
  for (auto& [label, samples] : by_class(dataset, indices)) {
    Indices shuffled = samples;
    // A stream for each class: a sample more in one class does not reshuffle the others.
    Random(seed, static_cast<std::uint64_t>(label + 1)).shuffle(shuffled);
    std::vector<std::int64_t> counts = apportion(static_cast<std::int64_t>(shuffled.size()), fractions);
    std::size_t next = 0;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      if (counts[part] == 0) {
        // A small class gives one sample to each part before any part gets a second.
        const auto richest = std::ranges::max_element(counts);
        if (*richest < 2) return missing_class(dataset, label, static_cast<std::int64_t>(shuffled.size()), parts[part].name);
        --*richest;
        ++counts[part];
      }
    }
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const auto count = static_cast<std::size_t>(counts[part]);
      parts[part].indices.insert(parts[part].indices.end(), shuffled.begin() + static_cast<std::ptrdiff_t>(next),
                                 shuffled.begin() + static_cast<std::ptrdiff_t>(next + count));
      next += count;
    }
  }
  for (SplitPart& part : parts) std::ranges::sort(part.indices);
  return parts;
}

// Cuts `indices` so that groups stay together: large groups first, each to the part that lacks most of what the group brings, class by
// class.
Result<std::vector<SplitPart>> keep_groups(const Dataset& dataset, const Indices& indices, std::span<const std::string> groups,
                                           const Shares& shares, std::uint64_t seed) {
  LEPTON_TRY(const std::vector<double> fractions, normalised(shares));
  if (static_cast<std::int64_t>(groups.size()) != dataset.num_samples()) {
    fail(ErrorCode::kShapeMismatch, "split: {} groups for {} samples", groups.size(), dataset.num_samples());
  }
  std::map<std::string, Indices> members;
  for (const std::int64_t index : indices) members[groups[static_cast<std::size_t>(index)]].push_back(index);
  if (members.size() < shares.size()) {
    return make_error(ErrorCode::kInvalidArgument, "split: {} groups cannot fill {} parts", members.size(), shares.size());
  }
  std::vector<const Indices*> order;
  for (const auto& [name, samples] : members) order.push_back(&samples);
  Random(seed).shuffle(order);
  std::ranges::stable_sort(order, std::ranges::greater(), [](const Indices* samples) { return samples->size(); });

  const auto totals = by_class(dataset, indices);
  std::vector<std::map<std::int64_t, double>> filled(shares.size());
  std::vector<SplitPart> parts = empty_parts(shares);
  for (const Indices* samples : order) {
    const auto brought = by_class(dataset, *samples);
    std::size_t best = 0;
    double best_need = -INFINITY;
    for (std::size_t part = 0; part < shares.size(); ++part) {
      double need = 0;
      for (const auto& [label, own] : brought) {
        const double wanted = fractions[part] * static_cast<double>(totals.at(label).size());
        need += static_cast<double>(own.size()) * (wanted - filled[part][label]) / wanted;
      }
      if (need > best_need + 1e-12) {
        best = part;
        best_need = need;
      }
    }
    for (const auto& [label, own] : brought) filled[best][label] += static_cast<double>(own.size());
    parts[best].indices.insert(parts[best].indices.end(), samples->begin(), samples->end());
  }
  for (SplitPart& part : parts) {
    if (part.indices.empty())
      return make_error(ErrorCode::kInvalidArgument, "split: no group fits into part '{}'; its groups are too large", part.name);
    std::ranges::sort(part.indices);
  }
  return parts;
}

}  // namespace

Shares default_shares() { return {{"train", 0.70}, {"val", 0.15}, {"test", 0.15}}; }

Result<Indices> Split::indices(std::string_view part) const {
  std::vector<std::string> names;
  for (const SplitPart& own : parts) {
    if (own.name == part) return own.indices;
    names.push_back(own.name);
  }
  return make_error(ErrorCode::kNotFound, "split: there is no part '{}'{}", part, did_you_mean(part, names));
}

Result<Split> stratified_split(const Dataset& dataset, const Shares& shares, std::uint64_t seed) {
  LEPTON_TRY(std::vector<SplitPart> parts, stratify(dataset, all_indices(dataset), shares, seed));
  return Split{"stratified", seed, std::move(parts)};
}

Result<Split> split_part(const Dataset& dataset, const Split& split, std::string_view part, const Shares& shares, std::uint64_t seed,
                         std::span<const std::string> groups) {
  LEPTON_TRY(const Indices indices, split.indices(part));
  LEPTON_TRY(std::vector<SplitPart> parts,
             groups.empty() ? stratify(dataset, indices, shares, seed) : keep_groups(dataset, indices, groups, shares, seed));
  for (const SplitPart& other : split.parts) {
    if (other.name == part) continue;
    if (std::ranges::find(parts, other.name, &SplitPart::name) != parts.end()) {
      return make_error(ErrorCode::kInvalidArgument, "split: part '{}' is there already", other.name);
    }
    parts.push_back(other);
  }
  return Split{split.method, seed, std::move(parts)};
}

Result<Split> grouped_split(const Dataset& dataset, std::span<const std::string> groups, const Shares& shares, std::uint64_t seed) {
  LEPTON_TRY(std::vector<SplitPart> parts, keep_groups(dataset, all_indices(dataset), groups, shares, seed));
  Split split{"grouped", seed, std::move(parts)};
  LEPTON_CHECK_OK(check_classes(dataset, split));
  return split;
}

Result<Split> time_split(const Dataset& dataset, std::span<const double> times, const Shares& shares) {
  LEPTON_TRY(const std::vector<double> fractions, normalised(shares));
  if (static_cast<std::int64_t>(times.size()) != dataset.num_samples()) {
    fail(ErrorCode::kShapeMismatch, "split: {} times for {} samples", times.size(), dataset.num_samples());
  }
  const auto time_of = [&](std::int64_t index) { return times[static_cast<std::size_t>(index)]; };
  Indices order = all_indices(dataset);
  for (const std::int64_t index : order) {
    if (!std::isfinite(time_of(index)))
      return make_error(ErrorCode::kInvalidArgument, "split: the time of {} is not a number", dataset.sample_id(index));
  }
  std::ranges::stable_sort(order, {}, time_of);
  const std::vector<std::int64_t> counts = apportion(dataset.num_samples(), fractions);
  Split split{"time", 0, empty_parts(shares)};
  std::size_t next = 0, wanted = 0;
  for (std::size_t part = 0; part < shares.size(); ++part) {
    wanted += static_cast<std::size_t>(counts[part]);
    Indices& own = split.parts[part].indices;
    while (next < order.size() &&
           (next < wanted || part + 1 == shares.size() || (next > 0 && time_of(order[next]) == time_of(order[next - 1]) && !own.empty()))) {
      own.push_back(order[next++]);
    }
    if (own.empty()) return make_error(ErrorCode::kInvalidArgument, "split: no time falls into part '{}'", shares[part].name);
    std::ranges::sort(own);
  }
  return split;
}

Result<Split> official_split(const Dataset& dataset) {
  Split split{"official", 0, {}};
  for (const std::string_view name : {"train", "val", "test"}) {
    if (Indices indices = official_indices(dataset, name); !indices.empty()) split.parts.push_back({std::string(name), std::move(indices)});
  }
  std::int64_t placed = 0;
  for (const SplitPart& part : split.parts) placed += static_cast<std::int64_t>(part.indices.size());
  if (split.parts.size() < 2 || placed != dataset.num_samples()) {
    return Error(ErrorCode::kInvalidArgument, "split: the data came without a split of its own; use a stratified split");
  }
  return split;
}

Result<Split> k_fold(const Dataset& dataset, int k, std::uint64_t seed) {
  if (k < 2) return make_error(ErrorCode::kInvalidArgument, "split: k-fold needs k of at least 2, got {}", k);
  Split split{"k-fold", seed, {}};
  for (int fold = 0; fold < k; ++fold) split.parts.push_back({fmt::format("fold_{}", fold), {}});
  std::size_t next = 0;  // goes on from class to class, so that folds differ by one sample at most
  for (auto& [label, samples] : by_class(dataset, all_indices(dataset))) {
    if (static_cast<int>(samples.size()) < k)
      return missing_class(dataset, label, static_cast<std::int64_t>(samples.size()), split.parts.back().name);
    Indices shuffled = samples;
    Random(seed, static_cast<std::uint64_t>(label + 1)).shuffle(shuffled);
    for (const std::int64_t index : shuffled) split.parts[next++ % static_cast<std::size_t>(k)].indices.push_back(index);
  }
  for (SplitPart& part : split.parts) std::ranges::sort(part.indices);
  return split;
}

Result<std::vector<std::string>> groups_from_ids(const Dataset& dataset, const std::string& pattern) {
  std::vector<std::string> groups;
  try {
    const std::regex regex(pattern, std::regex::ECMAScript | std::regex::optimize);
    for (std::int64_t i = 0; i < dataset.num_samples(); ++i) {
      const std::string id = dataset.sample_id(i);
      std::smatch match;
      if (!std::regex_search(id, match, regex)) {
        return make_error(ErrorCode::kInvalidArgument, "split: '{}' does not match the group pattern '{}'", id, pattern);
      }
      groups.push_back(match.size() > 1 && match[1].matched ? match[1].str() : match[0].str());
    }
  } catch (const std::regex_error& error) {
    return make_error(ErrorCode::kParseError, "split: bad group pattern '{}': {}", pattern, error.what());
  }
  return groups;
}

}  // namespace lepton::data
