// Test support: a file system whose n-th call fails as a full or broken disk would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "lepton/base/files.hpp"

namespace lepton {

/// What the chosen call does instead of succeeding.
struct FileFault {
  int error_number = 0;                 ///< errno: ENOSPC, EIO, …
  std::uint64_t short_write_bytes = 0;  ///< A failing write first puts this many bytes on the disk, as a full disk does.
  bool stays_broken = false;            ///< Later calls fail too (a disk that is gone), instead of working again.
};

/// Passes calls to another file system and counts them; every call of FileSystem, ReadableFile and WritableFile counts as one.
///
/// A test first runs without a fault to learn num_calls(), then once for each n, and checks what is left on the disk.
/// Destructors (closing, unlocking) are not counted and never fail.
class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(FileSystem& inner) : inner_(inner) {}

  /// Lets the call with this number (from 0) fail; numbering starts again.
  void fail_at(std::int64_t call, FileFault fault);
  /// Lets all calls succeed; numbering starts again.
  void clear();
  std::int64_t num_calls() const { return num_calls_; }
  /// True if the fault has happened.
  bool fault_reached() const { return fault_call_ && num_calls_ > *fault_call_; }

  Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> open_write(const std::string& path, WriteMode mode) override;
  Result<std::shared_ptr<MappedFile>> map(const std::string& path) override;
  Result<std::vector<FolderEntry>> list_folder(const std::string& path) override;
  Result<FileInfo> stat(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> make_folders(const std::string& path) override;
  Result<void> sync_folder(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

  /// Counts a call and returns its fault, if it has one. For the files that this file system opens.
  std::optional<FileFault> next_fault();

 private:
  template <class Call>
  auto pass(std::string_view action, const std::string& path, Call&& call) -> decltype(call()) {
    if (const auto fault = next_fault()) return file_error(action, path, fault->error_number);
    return call();
  }

  FileSystem& inner_;
  std::optional<std::int64_t> fault_call_;
  FileFault fault_;
  std::int64_t num_calls_ = 0;
};

}  // namespace lepton
