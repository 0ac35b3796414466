// The file system of this machine, on POSIX calls.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <utility>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"

namespace lepton {
namespace {

// Repeats a call that a signal interrupted.
template <class Call>
auto retry(Call&& call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

// An open descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

Result<Descriptor> open_descriptor(std::string_view action, const std::string& path, int flags) {
  const int number = retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
  if (number < 0) return file_error(action, path, errno);
  return Descriptor(number);
}

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::kRegular;
  return S_ISDIR(mode) ? FileKind::kFolder : FileKind::kOther;
}

class LocalReadableFile final : public ReadableFile {
 public:
  LocalReadableFile(Descriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::size_t> read(std::span<std::byte> buffer) override {
    return read_fully(buffer, [&](std::byte* data, std::size_t size, std::size_t) { return ::read(descriptor_.number(), data, size); });
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override {
    if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) - buffer.size()) return std::size_t{0};
    return read_fully(buffer, [&](std::byte* data, std::size_t size, std::size_t done) {
      return ::pread(descriptor_.number(), data, size, static_cast<off_t>(offset + done));
    });
  }

  Result<std::uint64_t> size_bytes() override {
    struct stat status {};
    if (::fstat(descriptor_.number(), &status) != 0) return file_error("stat", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  template <class Read>
  Result<std::size_t> read_fully(std::span<std::byte> buffer, Read&& read) {
    std::size_t done = 0;
    while (done < buffer.size()) {
      const ssize_t count = retry([&] { return read(buffer.data() + done, buffer.size() - done, done); });
      if (count < 0) return file_error("read", path_, errno);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  Descriptor descriptor_;
  std::string path_;
};

class LocalWritableFile final : public WritableFile {
 public:
  LocalWritableFile(Descriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<void> write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = retry([&] { return ::write(descriptor_.number(), bytes.data(), bytes.size()); });
      if (count < 0) return file_error("write", path_, errno);
      if (count == 0) return file_error("write", path_, EIO);
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
  }

  Result<void> sync() override {
    if (retry([&] { return ::fsync(descriptor_.number()); }) != 0) return file_error("sync", path_, errno);
    return {};
  }

  Result<void> close() override {
    const int number = descriptor_.release();
    // EINTR is success on Linux: the descriptor is gone and must not be closed again.
    if (number >= 0 && ::close(number) != 0 && errno != EINTR) return file_error("close", path_, errno);
    return {};
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

class LocalMappedFile final : public MappedFile {
 public:
  LocalMappedFile(void* data, std::size_t size) : data_(data), size_(size) {}
  ~LocalMappedFile() override {
    if (size_ > 0) ::munmap(data_, size_);
  }
  LocalMappedFile(const LocalMappedFile&) = delete;
  LocalMappedFile& operator=(const LocalMappedFile&) = delete;
  std::span<const std::byte> bytes() const override { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  void* data_;
  std::size_t size_;
};

class LocalFileLock final : public FileLock {
 public:
  explicit LocalFileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // Closing it releases the lock.
};

FolderEntry make_entry(int folder, const char* name) {
  FolderEntry entry{.name = name, .kind = FileKind::kOther, .is_link = false, .valid_utf8 = is_valid_utf8(name)};
  struct stat status {};
  if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return entry;
  entry.is_link = S_ISLNK(status.st_mode);
  if (entry.is_link && ::fstatat(folder, name, &status, 0) != 0) return entry;
  entry.kind = kind_of(status.st_mode);
  return entry;
}

Result<std::shared_ptr<MappedFile>> map_descriptor(const Descriptor& descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0) return file_error("stat", path, errno);
  if (!S_ISREG(status.st_mode)) return make_error(ErrorCode::kInvalidArgument, "{}: only a regular file can be mapped", path);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = nullptr;
  if (size > 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
    if (data == MAP_FAILED) return file_error("map", path, errno);
  }
  return std::shared_ptr<MappedFile>(std::make_shared<LocalMappedFile>(data, size));
}

class LocalFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<ReadableFile>> open_read(const std::string& path) override {
    LEPTON_TRY(Descriptor descriptor, open_descriptor("open", path, O_RDONLY));
    struct stat status {};
    if (::fstat(descriptor.number(), &status) != 0) return file_error("stat", path, errno);
    if (S_ISDIR(status.st_mode)) return file_error("read", path, EISDIR);
    return std::unique_ptr<ReadableFile>(std::make_unique<LocalReadableFile>(std::move(descriptor), path));
  }

  Result<std::unique_ptr<WritableFile>> open_write(const std::string& path, WriteMode mode) override {
    int flags = O_WRONLY | O_CREAT;
    if (mode == WriteMode::kTruncate) flags |= O_TRUNC;
    if (mode == WriteMode::kCreateNew) flags |= O_EXCL;
    if (mode == WriteMode::kAppend) flags |= O_APPEND;
    LEPTON_TRY(Descriptor descriptor, open_descriptor("write", path, flags));
    return std::unique_ptr<WritableFile>(std::make_unique<LocalWritableFile>(std::move(descriptor), path));
  }

  Result<std::shared_ptr<MappedFile>> map(const std::string& path) override {
    LEPTON_TRY(const Descriptor descriptor, open_descriptor("open", path, O_RDONLY));
    return map_descriptor(descriptor, path);
  }

  Result<std::vector<FolderEntry>> list_folder(const std::string& path) override {
    LEPTON_TRY(Descriptor descriptor, open_descriptor("list", path, O_RDONLY | O_DIRECTORY));
    const auto close_folder = [](DIR* folder) { ::closedir(folder); };
    const std::unique_ptr<DIR, decltype(close_folder)> folder(::fdopendir(descriptor.number()), close_folder);
    if (!folder) return file_error("list", path, errno);
    descriptor.release();
    std::vector<FolderEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") entries.push_back(make_entry(::dirfd(folder.get()), entry->d_name));
      errno = 0;  // make_entry may set it; readdir tells its error only there.
    }
    if (errno != 0) return file_error("list", path, errno);
    std::sort(entries.begin(), entries.end(), [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
    return entries;
  }

  Result<FileInfo> stat(const std::string& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return file_error("open", path, errno);
    return FileInfo{.kind = kind_of(status.st_mode),
                    .size_bytes = static_cast<std::uint64_t>(status.st_size),
                    .modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return file_error(fmt::format("rename {} to", from), to, errno);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return file_error("remove", path, errno);
    return {};
  }

  Result<void> make_folders(const std::string& path) override {
    if (::mkdir(path.c_str(), 0777) == 0) return {};
    const int reason = errno;
    if (reason == EEXIST) {
      LEPTON_TRY(const FileInfo info, stat(path));
      if (info.kind == FileKind::kFolder) return {};
      return file_error("make folder", path, EEXIST);
    }
    const std::string parent = parent_folder(path);
    if (reason != ENOENT || parent == path || parent == ".") return file_error("make folder", path, reason);
    LEPTON_CHECK_OK(make_folders(parent));
    // Another process may have made it meanwhile.
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) return file_error("make folder", path, errno);
    return {};
  }

  Result<void> sync_folder(const std::string& path) override {
    LEPTON_TRY(const Descriptor descriptor, open_descriptor("sync", path, O_RDONLY | O_DIRECTORY));
    // EINVAL: a file system (some network mounts) that cannot sync folders keeps its own order.
    if (retry([&] { return ::fsync(descriptor.number()); }) != 0 && errno != EINVAL) return file_error("sync", path, errno);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    LEPTON_TRY(Descriptor descriptor, open_descriptor("lock", path, O_RDWR | O_CREAT));
    if (retry([&] { return ::flock(descriptor.number(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno == EWOULDBLOCK) {
        return make_error(ErrorCode::kUnavailable, "{}: another process is using it; wait for it to end or choose another folder", path);
      }
      return file_error("lock", path, errno);
    }
    return std::unique_ptr<FileLock>(std::make_unique<LocalFileLock>(std::move(descriptor)));
  }
};

}  // namespace

// Each part is opened in the folder before it and must not be a link: nothing can be exchanged under our feet on the way.
Result<std::shared_ptr<MappedFile>> map_inside(const std::string& folder, const std::string& name) {
  const std::string path = join_path(folder, name);
  const auto refused = [&] { return make_error(ErrorCode::kPermissionDenied, "'{}' leads out of the folder {}", name, folder); };
  if (name.empty() || name.front() == '/' || name.find_first_of(std::string_view("\0\\", 2)) != std::string::npos) return refused();
  LEPTON_TRY(Descriptor at, open_descriptor("open", folder, O_RDONLY | O_DIRECTORY));
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string part(rest.substr(0, slash));
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") return refused();
    const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (rest.empty() ? 0 : O_DIRECTORY);
    const int next = retry([&] { return ::openat(at.number(), part.c_str(), flags); });
    if (next < 0) return errno == ELOOP || errno == ENOTDIR ? refused() : file_error("open", path, errno);
    at = Descriptor(next);
  }
  struct stat status {};
  if (::fstat(at.number(), &status) != 0) return file_error("stat", path, errno);
  if (S_ISREG(status.st_mode) && status.st_nlink > 1)
    return make_error(ErrorCode::kPermissionDenied, "'{}' has {} names (hard links), one may be outside the folder {}; copy the file", name,
                      status.st_nlink, folder);
  return map_descriptor(at, path);
}

FileSystem& local_files() {
  static LocalFileSystem files;
  return files;
}

}  // namespace lepton
