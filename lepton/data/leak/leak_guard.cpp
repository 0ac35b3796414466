// Describe the first side, slide the second over it, confirm by pixels. Work is cut into chunks by index, results are taken in order.
#include "lepton/data/leak/leak_guard.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <future>
#include <numeric>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "lepton/base/thread_pool.hpp"
#include "lepton/data/leak/internal/picture_index.hpp"
#include "lepton/data/leak/internal/picture_match.hpp"

namespace lepton::data {
namespace {

constexpr std::size_t kChunk = 64;
constexpr std::size_t kChunksAhead = 16;

using Indices = std::span<const std::int64_t>;

// Calls work(chunk) on I/O threads and take(result) in order, with few results waiting at any time.
template <class Part>
Result<void> for_each_chunk(Indices indices, int num_threads, const std::function<Result<Part>(Indices)>& work,
                            const std::function<void(Part)>& take) {
  std::deque<std::future<Result<Part>>> pending;
  ThreadPool pool(std::max(1, num_threads), kChunksAhead);
  std::size_t next = 0;
  while (next < indices.size() || !pending.empty()) {
    while (next < indices.size() && pending.size() < kChunksAhead) {
      const Indices chunk = indices.subspan(next, std::min(kChunk, indices.size() - next));
      next += chunk.size();
      pending.push_back(pool.submit([&work, chunk]() -> Result<Part> { return catch_error([&] { return work(chunk).value(); }); }));
    }
    Result<Part> part = pending.front().get();
    pending.pop_front();
    if (!part) {
      pool.cancel();
      return part.error();
    }
    take(std::move(*part));
  }
  return {};
}

bool is_picture(const Dataset& dataset, Indices indices) { return !indices.empty() && dataset.picture(indices[0]).has_value(); }

class CopyFinder {
 public:
  CopyFinder(const Dataset& dataset, Indices first, Indices second, const LeakOptions& options)
      : dataset_(dataset), first_(first), second_(second), options_(options), index_(options.max_shift) {
    in_first_.insert(first.begin(), first.end());
    in_second_.insert(second.begin(), second.end());
  }

  Result<std::vector<CopyPair>> run() {
    pictures_ = is_picture(dataset_, first_) && is_picture(dataset_, second_);
    LEPTON_CHECK_OK(pictures_ ? describe_pictures() : describe_rows());
    const std::function<Result<std::vector<CopyPair>>(Indices)> work = [this](Indices chunk) { return find(chunk); };
    std::vector<CopyPair> pairs;
    LEPTON_CHECK_OK(for_each_chunk<std::vector<CopyPair>>(
        second_, options_.num_threads, work, [&](std::vector<CopyPair> found) { pairs.insert(pairs.end(), found.begin(), found.end()); }));
    std::ranges::sort(pairs, {}, [](const CopyPair& pair) { return std::tuple(pair.second, pair.first); });
    return pairs;
  }

 private:
  // Whether the pair is to be listed in this order; the other order may come too where the sets overlap.
  bool wanted(std::int64_t a, std::int64_t b) const {
    if (a == b) return false;
    const bool both_ways = in_second_.contains(a) && in_first_.contains(b);
    return !both_ways || a < b;
  }

  Result<void> describe_pictures() {
    using Entries = std::vector<PictureIndex::Entry>;
    const std::function<Result<Entries>(Indices)> work = [this](Indices chunk) -> Result<Entries> {
      Entries entries;
      for (const std::int64_t index : chunk) {
        LEPTON_TRY(const Tensor picture, dataset_.picture(index));
        entries.push_back(index_.describe(GreyPicture(picture), index));
      }
      return entries;
    };
    LEPTON_CHECK_OK(for_each_chunk<Entries>(first_, options_.num_threads, work, [this](Entries entries) {
      for (auto& entry : entries) index_.add(std::move(entry));
    }));
    index_.finish();
    return {};
  }

  // The inputs of a row, without its target: the same person with another label is a copy too.
  Result<std::string> row_key(std::int64_t index) const {
    LEPTON_TRY(const Sample sample, dataset_.load(index));
    Sha256 hash;
    for (const Tensor& input : sample.inputs) {
      const Tensor plain = input.contiguous();
      hash.update(plain.type().to_string());
      hash.update({plain.bytes(), static_cast<std::size_t>(plain.type().size_bytes())});
    }
    return to_hex(hash.finish());
  }

  Result<void> describe_rows() {
    for (const std::int64_t index : first_) {
      LEPTON_TRY(const std::string key, row_key(index));
      rows_[key].push_back(index);
    }
    return {};
  }

  Result<std::vector<CopyPair>> find(Indices chunk) const {
    std::vector<CopyPair> pairs;
    for (const std::int64_t index : chunk) LEPTON_CHECK_OK(pictures_ ? find_picture(index, pairs) : find_row(index, pairs));
    return pairs;
  }

  Result<void> find_row(std::int64_t index, std::vector<CopyPair>& pairs) const {
    LEPTON_TRY(const std::string key, row_key(index));
    const auto found = rows_.find(key);
    if (found == rows_.end()) return {};
    for (const std::int64_t other : found->second) {
      if (wanted(other, index))
        pairs.push_back({.first = other, .second = index, .same_label = dataset_.label(other) == dataset_.label(index)});
    }
    return {};
  }

  Result<void> find_picture(std::int64_t index, std::vector<CopyPair>& pairs) const {
    LEPTON_TRY(const Tensor picture, dataset_.picture(index));
    std::optional<CopyPair> best;
    const auto keep = [&] {
      if (best && best->likeness <= options_.tolerance) pairs.push_back(*best);
      best.reset();
    };
    for (const Candidate& candidate : index_.query(GreyPicture(picture))) {
      if (!wanted(candidate.key, index)) continue;
      if (best && best->first != candidate.key) keep();
      LEPTON_TRY(const Tensor other, dataset_.picture(candidate.key));
      LEPTON_TRY(const PictureMatch match, match_pictures(other, picture, candidate.shift_x, candidate.shift_y, options_.quality));
      if (best && best->likeness <= match.likeness) continue;
      best = CopyPair{.first = candidate.key, .second = index, .shift_x = candidate.shift_x, .shift_y = candidate.shift_y};
      best->distance = match.distance;
      best->likeness = match.likeness;
      best->same_label = dataset_.label(candidate.key) == dataset_.label(index);
      const bool moved = candidate.shift_x != 0 || candidate.shift_y != 0;
      best->kind = moved ? CopyKind::kShifted : same_bits(other, picture) ? CopyKind::kIdentical : CopyKind::kReencoded;
    }
    keep();
    return {};
  }

  const Dataset& dataset_;
  Indices first_, second_;
  LeakOptions options_;
  PictureIndex index_;
  bool pictures_ = false;
  std::unordered_set<std::int64_t> in_first_, in_second_;
  std::unordered_map<std::string, std::vector<std::int64_t>> rows_;
};

}  // namespace

Result<std::vector<CopyPair>> find_copies(const Dataset& dataset, Indices first, Indices second, const LeakOptions& options) {
  if (options.max_shift < 0 || options.max_shift > 16 || options.quality < 1 || options.quality > 100 || !(options.tolerance >= 0)) {
    fail(ErrorCode::kInvalidArgument, "leak guard: max_shift {}, quality {} or tolerance {} is out of range", options.max_shift,
         options.quality, options.tolerance);
  }
  return CopyFinder(dataset, first, second, options).run();
}

std::vector<std::string> copy_groups(const Dataset& dataset, std::span<const CopyPair> pairs) {
  std::vector<std::int64_t> leader(static_cast<std::size_t>(dataset.num_samples()));
  std::iota(leader.begin(), leader.end(), 0);
  const auto find = [&](std::int64_t index) {
    while (leader[static_cast<std::size_t>(index)] != index) {
      auto& own = leader[static_cast<std::size_t>(index)];
      own = leader[static_cast<std::size_t>(own)];  // halves the path for the next one
      index = own;
    }
    return index;
  };
  // The smallest index leads, so that groups do not depend on the order of the pairs.
  for (const CopyPair& pair : pairs) {
    const std::int64_t a = find(pair.first), b = find(pair.second);
    leader[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
  }
  std::vector<std::string> groups;
  for (std::int64_t i = 0; i < dataset.num_samples(); ++i) groups.push_back(dataset.sample_id(find(i)));
  return groups;
}

Result<Split> split_copies_together(const Dataset& dataset, const Shares& shares, std::uint64_t seed, const LeakOptions& options) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.num_samples()));
  std::iota(all.begin(), all.end(), 0);
  LEPTON_TRY(const std::vector<CopyPair> pairs, find_copies(dataset, all, all, options));
  if (pairs.empty()) return stratified_split(dataset, shares, seed);
  return grouped_split(dataset, copy_groups(dataset, pairs), shares, seed);
}

Result<LeakReport> check_leaks(const Dataset& dataset, const Split& split, const LeakOptions& options) {
  LeakReport report;
  report.official = split.method == "official";
  report.rows = dataset.num_samples() > 0 && !dataset.picture(0).has_value();
  for (std::size_t i = 0; i < split.parts.size(); ++i) {
    for (std::size_t j = i + 1; j < split.parts.size(); ++j) {
      LEPTON_TRY(auto pairs, find_copies(dataset, split.parts[i].indices, split.parts[j].indices, options));
      report.crossings.push_back({split.parts[i].name, split.parts[j].name, std::move(pairs)});
    }
  }
  return report;
}

}  // namespace lepton::data
