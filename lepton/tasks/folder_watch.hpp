// A folder into which a camera or another machine puts pictures: each is scored once, noted in a CSV file and moved by what was said.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "lepton/base/clock.hpp"
#include "lepton/base/files.hpp"

namespace lepton::tasks {

/// What happened to one file.
struct WatchedFile {
  std::string file;      // its name in the folder
  std::string decision;  // a label, "uncertain", or "unreadable"
  double probability = 0;
  std::string moved_to;
};

struct WatchRequest {
  std::string folder, package;
  std::string out = {};        // gets a folder for each decision; empty: `folder` itself
  std::string csv = {};        // empty: predictions.csv in `out`
  double min_probability = 0;  // what the model is less sure of goes to "uncertain"
  std::chrono::milliseconds poll{500};
  std::chrono::milliseconds rest{1000};  // a file is complete when it has not changed for so long
  bool once = false;                     // end when nothing is left that is complete
  const std::atomic<bool>* cancel = nullptr;
  std::function<void(const WatchedFile&)> told = nullptr;
};

/// Watches until it is cancelled. A file is noted (and the note is on the disk) before it is moved: whenever the program ends, a restart
/// moves what was noted and not moved, and scores nothing twice.
/// Errors:  those of the package; kUnsupported for a model that takes no pictures; kIoError where nothing can be written.
Result<void> watch_folder(FileSystem& files, Clock& clock, const WatchRequest& request);

}  // namespace lepton::tasks
