// The leak guard: finds copies of pictures (identical, re-encoded, slightly shifted) on both sides of a split before anybody trains.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/split.hpp"

namespace lepton::data {

enum class CopyKind : std::uint8_t {
  kIdentical,  ///< Every pixel (or every input of a row) is equal.
  kReencoded,  ///< In place, up to what lossy coding changes.
  kShifted,    ///< Moved by some pixels, and maybe re-encoded too.
};

std::string_view name_of(CopyKind kind);

/// Two samples that show the same. `first` is in the part that comes earlier in the split.
struct CopyPair {
  std::int64_t first = 0;
  std::int64_t second = 0;
  CopyKind kind = CopyKind::kIdentical;
  int shift_x = 0;      ///< Pixels by which the second is moved right against the first.
  int shift_y = 0;      ///< … and down.
  double distance = 0;  ///< Root mean square difference in grey levels (0 to 255) over the overlap.
  double likeness = 0;  ///< Distance over what coding at `quality` does to these very pictures; 0 identical, `tolerance` the limit.
  bool same_label = true;
};

struct LeakOptions {
  int max_shift = 2;       ///< Pixels, in each direction.
  int quality = 60;        ///< The strongest JPEG compression that a copy may have gone through.
  double tolerance = 1.4;  ///< Largest likeness of a copy; leak/README.md says how it was chosen.
  int num_threads = 2;     ///< I/O threads that decode and compare. The result does not depend on it.
};

/// Finds the copies between two sets of samples of one dataset, sorted by (second, first).
///
/// Pictures are compared as pictures; other data only for equal inputs. Sets that overlap are compared as sets: a sample is no copy of
/// itself, and each pair is listed once. Of a sample with many copies at least 64 are listed.
/// Errors:  those of loading.
Result<std::vector<CopyPair>> find_copies(const Dataset& dataset, std::span<const std::int64_t> first, std::span<const std::int64_t> second,
                                          const LeakOptions& options = {});

/// A group for each sample such that copies, and copies of copies, share one: for grouped_split().
std::vector<std::string> copy_groups(const Dataset& dataset, std::span<const CopyPair> pairs);

/// Splits with class balance as stratified_split() does, and keeps copies in one part, so that nothing leaks.
/// Errors:  those of find_copies() and grouped_split().
Result<Split> split_copies_together(const Dataset& dataset, const Shares& shares, std::uint64_t seed, const LeakOptions& options = {});

struct LeakReport {
  /// Copies between two parts of a split.
  struct Crossing {
    std::string first_part;
    std::string second_part;
    std::vector<CopyPair> pairs;
  };
  std::vector<Crossing> crossings;  ///< Every two parts, also those without copies.
  bool official = false;            ///< The split came with the data.
  bool rows = false;                ///< The samples are rows, not pictures.

  std::int64_t num_pairs() const;
  /// Samples of `part` that have a copy in an earlier part, sorted: what a second test figure leaves out.
  std::vector<std::int64_t> suspects(std::string_view part) const;
};

/// Looks across every two parts of `split`.
Result<LeakReport> check_leaks(const Dataset& dataset, const Split& split, const LeakOptions& options = {});

/// Returns an error that names the first pair unless every pair has a sample whose id is in `allowed`. Two cases are only reported: an
/// official split, whose figure is given with and without the suspects instead, and rows, which in a table with few columns are equal by
/// chance; split_copies_together() keeps them on one side.
Result<void> refuse_leaks(const LeakReport& report, const Dataset& dataset, std::span<const std::string> allowed = {});

/// A table for people: at most `max_pairs` pairs and the counts of all.
std::string to_text(const LeakReport& report, const Dataset& dataset, std::int64_t max_pairs = 20);
Json to_json(const LeakReport& report, const Dataset& dataset);

}  // namespace lepton::data
