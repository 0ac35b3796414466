// How often a test set has been opened, counted per data fingerprint: the more often, the less its figure means.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

struct TestOpening {
  std::string time;     ///< UTC, ISO 8601.
  std::string purpose;  ///< What for, e.g. the run's name.
  bool operator==(const TestOpening&) const = default;
};

/// The folder of what a user's programs remember: LEPTON_STATE_DIR, else XDG_STATE_HOME/lepton, else ~/.local/state/lepton.
std::string state_folder();

/// Counts openings in one small file per fingerprint in `folder`. Safe from several processes.
class TestOpenings {
 public:
  TestOpenings(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  /// The openings so far, oldest first. kDataCorrupt for a damaged file: a lost count is not taken for zero.
  Result<std::vector<TestOpening>> list(const std::string& fingerprint) const;

  /// Notes one more opening and returns the count with it, from 1. The count is on disk when this returns.
  /// Errors:  kInvalidArgument for a fingerprint that is not hexadecimal; kUnavailable if another process holds the file for seconds.
  Result<std::int64_t> open(const std::string& fingerprint, const TestOpening& opening) const;

 private:
  std::string path_of(const std::string& fingerprint) const;
  FileSystem& files_;
  std::string folder_;
};

}  // namespace lepton::data
