// What was trained: the runs of a folder.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton::tasks {

struct Run {
  std::string folder;
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<std::pair<std::string, double>> validation = {};  // of the best epoch; empty while it trains

  /// Null if the run has no such setting.
  const std::string* find_setting(std::string_view key) const;
};

/// Errors:  those of reading its config.yaml.
Result<Run> read_run(const std::string& folder);
/// All folders below `folder` that hold a config.yaml, by name.
Result<std::vector<Run>> runs_below(const std::string& folder);

}  // namespace lepton::tasks
