// What every file system shares: errors with a remedy, whole files, atomic replacement, removing trees.
#include "lepton/base/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "lepton/base/path.hpp"

namespace lepton {
namespace {

struct Reason {
  int error_number;
  ErrorCode code;
  std::string_view remedy;
};

constexpr std::array<Reason, 17> kReasons = {{
    {ENOENT, ErrorCode::kNotFound, "check the path"},
    {ENOTDIR, ErrorCode::kNotFound, "a part of the path is a file, not a folder; check the path"},
    {EISDIR, ErrorCode::kInvalidArgument, "name a file, not a folder"},
    {EEXIST, ErrorCode::kInvalidArgument, "choose another name or remove it first"},
    {ENAMETOOLONG, ErrorCode::kInvalidArgument, "choose a shorter name"},
    {EINVAL, ErrorCode::kInvalidArgument, "check the path"},
    {ENOTEMPTY, ErrorCode::kInvalidArgument, "empty the folder first"},
    {EACCES, ErrorCode::kIoError, "check the rights of the file and of its folder"},
    {EPERM, ErrorCode::kIoError, "check the rights of the file and of its folder"},
    {EROFS, ErrorCode::kIoError, "the disk is read only; choose another folder"},
    {ENOSPC, ErrorCode::kIoError, "free some space on that disk or choose another folder"},
    {EDQUOT, ErrorCode::kIoError, "free some space in your quota or choose another folder"},
    {EFBIG, ErrorCode::kIoError, "the file system cannot hold a file of that size; choose another folder"},
    {EXDEV, ErrorCode::kIoError, "both paths must be on one disk"},
    {EMFILE, ErrorCode::kResourceExhausted, "raise the limit of open files (ulimit -n)"},
    {ENFILE, ErrorCode::kResourceExhausted, "the system has too many open files; close some programs"},
    {ENOMEM, ErrorCode::kResourceExhausted, "free some memory"},
}};

constexpr Reason kOtherReason{0, ErrorCode::kIoError, "check the disk"};

constexpr std::size_t kReadChunkBytes = 256 * 1024;

// Distinct within the process by the counter and on the machine by the process id; a stale file of a dead process is replaced.
std::string temporary_path(const std::string& path) {
  static std::atomic<std::uint64_t> counter{0};
  const std::string name = fmt::format(".{}.{}.{}.tmp", file_name(path).substr(0, 200), ::getpid(), counter++);
  return join_path(parent_folder(path), name);
}

Result<void> write_and_close(FileSystem& files, const std::string& path, std::span<const std::byte> bytes) {
  LEPTON_TRY(const auto file, files.open_write(path, WriteMode::kTruncate));
  LEPTON_CHECK_OK(file->write(bytes));
  LEPTON_CHECK_OK(file->sync());
  return file->close();
}

}  // namespace

Error file_error(std::string_view action, std::string_view path, int error_number) {
  const auto found = std::find_if(kReasons.begin(), kReasons.end(), [&](const Reason& r) { return r.error_number == error_number; });
  const Reason& reason = found == kReasons.end() ? kOtherReason : *found;
  return make_error(reason.code, "cannot {} {}: {}; {}", action, path, std::generic_category().message(error_number), reason.remedy);
}

Result<bool> exists(FileSystem& files, const std::string& path) {
  const Result<FileInfo> info = files.stat(path);
  if (info) return true;
  if (info.error().code() == ErrorCode::kNotFound) return false;
  return info.error();
}

Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t max_bytes) {
  LEPTON_TRY(const auto file, files.open_read(path));
  std::string content;
  // Grows by what was really read: a size claimed by a device or a hostile mount is never allocated.
  while (true) {
    const std::size_t size = content.size();
    content.resize(size + static_cast<std::size_t>(std::min<std::uint64_t>(kReadChunkBytes, max_bytes - size + 1)));
    LEPTON_TRY(const std::size_t count, file->read(std::as_writable_bytes(std::span(content).subspan(size))));
    content.resize(size + count);
    if (content.size() > max_bytes) {
      return make_error(ErrorCode::kResourceExhausted, "{}: file is larger than the {} bytes allowed here", path, max_bytes);
    }
    if (count == 0) return content;
  }
}

Result<void> write_atomic(FileSystem& files, const std::string& path, std::span<const std::byte> bytes) {
  const std::string temporary = temporary_path(path);
  Result<void> written = write_and_close(files, temporary, bytes);
  if (written) written = files.rename(temporary, path);
  if (!written) {
    (void)files.remove(temporary);  // The first error is the one to report; there may be nothing to remove.
    return std::move(written).with_context(path);
  }
  return files.sync_folder(parent_folder(path));
}

Result<void> write_atomic(FileSystem& files, const std::string& path, std::string_view text) {
  return write_atomic(files, path, std::as_bytes(std::span(text)));
}

Result<void> remove_all(FileSystem& files, const std::string& path) {
  const Result<void> removed = files.remove(path);
  if (removed || removed.error().code() == ErrorCode::kNotFound) return {};
  const Result<std::vector<FolderEntry>> entries = files.list_folder(path);
  if (!entries) return removed;
  for (const FolderEntry& entry : *entries) {
    const std::string inner = join_path(path, entry.name);
    LEPTON_CHECK_OK(entry.kind == FileKind::kFolder && !entry.is_link ? remove_all(files, inner) : files.remove(inner));
  }
  return files.remove(path);
}

}  // namespace lepton
