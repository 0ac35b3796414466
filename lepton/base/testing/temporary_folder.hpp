// Test support: a folder of its own for one test, removed at the end.
#pragma once

#include <string>
#include <string_view>

namespace lepton {

class TemporaryFolder {
 public:
  /// Makes an empty folder under TMPDIR (or /tmp). Throws if it cannot.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  /// Returns the path of `name` in the folder.
  std::string file(std::string_view name) const;

 private:
  std::string path_;
};

}  // namespace lepton
