// Files behind an interface, so that a test can make the n-th call fail. All errors name the path, the system's reason and a remedy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {

enum class FileKind : std::uint8_t { kRegular, kFolder, kOther };

struct FileInfo {
  FileKind kind = FileKind::kOther;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  ///< Since 1970, UTC.
};

/// One name in a folder. `valid_utf8` is false for a name that no text format can hold; the file can still be opened.
struct FolderEntry {
  std::string name;
  FileKind kind = FileKind::kOther;  ///< Of what a link points to; kOther if that is missing.
  bool is_link = false;
  bool valid_utf8 = true;
};

/// An open file to read from. Closed by its destructor.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  /// Reads up to buffer.size() bytes at the current position; fewer only at the end of the file, 0 there.
  virtual Result<std::size_t> read(std::span<std::byte> buffer) = 0;
  /// Reads at `offset` and leaves the current position alone; safe from several threads.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) = 0;
  virtual Result<std::uint64_t> size_bytes() = 0;
};

/// An open file to write to. The destructor closes it and drops errors: call close() to learn of them.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  /// Writes all of `bytes` or fails.
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;
  Result<void> write(std::string_view text) { return write(std::as_bytes(std::span(text))); }
  /// Returns when the disk has everything written so far.
  virtual Result<void> sync() = 0;
  virtual Result<void> close() = 0;
};

/// A file mapped into memory, read only. The bytes stay valid for the life of this object, even if the name is removed.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  virtual std::span<const std::byte> bytes() const = 0;
};

/// A held advisory lock; released by the destructor and by the end of the process, however it ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class WriteMode : std::uint8_t {
  kTruncate,   ///< Make the file or empty it.
  kCreateNew,  ///< Fail with kInvalidArgument if it exists.
  kAppend,     ///< Make the file or write at its end.
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) = 0;
  virtual Result<std::unique_ptr<WritableFile>> open_write(const std::string& path, WriteMode mode) = 0;
  /// Maps a whole regular file; an empty file gives an empty span.
  virtual Result<std::shared_ptr<MappedFile>> map(const std::string& path) = 0;

  /// Names in a folder without "." and "..", sorted by bytes.
  virtual Result<std::vector<FolderEntry>> list_folder(const std::string& path) = 0;
  /// Follows symbolic links. kNotFound if there is no such path.
  virtual Result<FileInfo> stat(const std::string& path) = 0;
  /// Replaces `to` if it exists, in one step.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Removes a file or an empty folder.
  virtual Result<void> remove(const std::string& path) = 0;
  /// Makes the folder and those above it; succeeds if it is there already.
  virtual Result<void> make_folders(const std::string& path) = 0;
  /// Returns when the disk has the folder's list of names (new files and renames in it).
  virtual Result<void> sync_folder(const std::string& path) = 0;
  /// Takes an exclusive lock on `path`, which is made if needed. kUnavailable at once if another holder has it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// The file system of this machine.
FileSystem& local_files();

/// Maps a file of this machine that a foreign document names: a relative path below `folder`, without "..", and no part of it a symbolic
/// link. kPermissionDenied for a name that would or could lead out of the folder: also one with a NUL or a backslash, and a file that has
/// further names (hard links), since nothing tells one from a file of elsewhere.
Result<std::shared_ptr<MappedFile>> map_inside(const std::string& folder, const std::string& name);

/// True if there is something at `path`; errors other than kNotFound are passed on.
Result<bool> exists(FileSystem& files, const std::string& path);

/// Reads a whole file. kResourceExhausted if it is larger than `max_bytes`, whatever size the file system claims.
Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t max_bytes);

/// Puts a file in place so that a reader, a crash or a full disk sees the old content or the new, never a part:
/// a temporary file beside `path`, sync, rename, sync of the folder. On failure the temporary file is removed.
Result<void> write_atomic(FileSystem& files, const std::string& path, std::span<const std::byte> bytes);
Result<void> write_atomic(FileSystem& files, const std::string& path, std::string_view text);

/// Removes `path` and, if it is a folder, everything below it. Symbolic links are removed, not followed. Succeeds if nothing is there.
Result<void> remove_all(FileSystem& files, const std::string& path);

/// Makes the error for a failed call: "cannot <action> <path>: <reason>; <remedy>", with the code that fits `error_number` (errno).
Error file_error(std::string_view action, std::string_view path, int error_number);

}  // namespace lepton
