// Files that are read instead of mapped. A mapped file that somebody overwrites in place, as `cp` does, ends the program or changes the
// model's weights while it is used; a copy does neither.
#pragma once

#include "lepton/base/files.hpp"

namespace lepton::serve {

/// `files` with map() replaced; reading only.
class CopiedFiles final : public FileSystem {
 public:
  explicit CopiedFiles(FileSystem& files) : files_(files) {}

  Result<std::shared_ptr<MappedFile>> map(const std::string& path) override;
  Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) override { return files_.open_read(path); }
  Result<std::vector<FolderEntry>> list_folder(const std::string& path) override { return files_.list_folder(path); }
  Result<FileInfo> stat(const std::string& path) override { return files_.stat(path); }

  Result<std::unique_ptr<WritableFile>> open_write(const std::string& path, WriteMode) override { return refuse(path); }
  Result<void> rename(const std::string& from, const std::string&) override { return refuse(from); }
  Result<void> remove(const std::string& path) override { return refuse(path); }
  Result<void> make_folders(const std::string& path) override { return refuse(path); }
  Result<void> sync_folder(const std::string& path) override { return refuse(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return refuse(path); }

 private:
  static Error refuse(const std::string& path) { return make_error(ErrorCode::kInternal, "{}: models are only read here", path); }
  FileSystem& files_;
};

}  // namespace lepton::serve
