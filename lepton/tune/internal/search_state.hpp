// The state of a search on disk: its results, one file each, and the time that it has used.
#pragma once

#include <optional>
#include <string>

#include "lepton/tune/trial_runner.hpp"

namespace lepton::tune {

class SearchState {
 public:
  explicit SearchState(std::string folder) : folder_(std::move(folder)) {}

  /// What a training with these settings reached in this search; nothing if it has not finished, has failed, or had other settings.
  std::optional<RunOutcome> find(const RunSpec& run) const;
  Result<void> save(const RunSpec& run, const RunOutcome& outcome) const;

  /// Time of the search before this process.
  double seconds_before() const;
  Result<void> save_seconds(double seconds) const;

 private:
  std::string result_path(const RunSpec& run) const;
  std::string folder_;
};

}  // namespace lepton::tune
