// Test support: a file system in memory, for fuzz targets and for tests that need no disk.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "lepton/base/files.hpp"

namespace lepton {

/// Folders exist when a file lies below them or make_folders() made them. Files stay readable after their name is removed.
class MemoryFileSystem final : public FileSystem {
 public:
  /// Puts a file in place without going through the interface.
  void put(const std::string& path, std::string content);

  Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> open_write(const std::string& path, WriteMode mode) override;
  Result<std::shared_ptr<MappedFile>> map(const std::string& path) override;
  Result<std::vector<FolderEntry>> list_folder(const std::string& path) override;
  Result<FileInfo> stat(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> make_folders(const std::string& path) override;
  Result<void> sync_folder(const std::string&) override { return {}; }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  bool is_folder(const std::string& path) const;

  std::map<std::string, std::shared_ptr<std::string>> files_;
  std::set<std::string> folders_;
  std::shared_ptr<std::set<std::string>> locks_ = std::make_shared<std::set<std::string>>();
};

}  // namespace lepton
