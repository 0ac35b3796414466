// Files as texts in a map; the errors are those of a disk.
#include "lepton/base/testing/memory_file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"

namespace lepton {
namespace {

using Content = std::shared_ptr<std::string>;

class MemoryReadableFile final : public ReadableFile {
 public:
  explicit MemoryReadableFile(Content content) : content_(std::move(content)) {}
  Result<std::size_t> read(std::span<std::byte> buffer) override {
    LEPTON_TRY(const std::size_t count, read_at(position_, buffer));
    position_ += count;
    return count;
  }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override {
    if (offset >= content_->size() || buffer.empty()) return std::size_t{0};
    const std::size_t count = std::min(buffer.size(), content_->size() - static_cast<std::size_t>(offset));
    std::memcpy(buffer.data(), content_->data() + offset, count);
    return count;
  }
  Result<std::uint64_t> size_bytes() override { return std::uint64_t{content_->size()}; }

 private:
  Content content_;
  std::uint64_t position_ = 0;
};

class MemoryWritableFile final : public WritableFile {
 public:
  explicit MemoryWritableFile(Content content) : content_(std::move(content)) {}
  Result<void> write(std::span<const std::byte> bytes) override {
    content_->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  Result<void> sync() override { return {}; }
  Result<void> close() override { return {}; }

 private:
  Content content_;
};

class MemoryMappedFile final : public MappedFile {
 public:
  explicit MemoryMappedFile(Content content) : content_(std::move(content)) {}
  std::span<const std::byte> bytes() const override { return std::as_bytes(std::span(*content_)); }

 private:
  Content content_;
};

class MemoryFileLock final : public FileLock {
 public:
  MemoryFileLock(std::shared_ptr<std::set<std::string>> locks, std::string path) : locks_(std::move(locks)), path_(std::move(path)) {}
  ~MemoryFileLock() override { locks_->erase(path_); }
  MemoryFileLock(const MemoryFileLock&) = delete;
  MemoryFileLock& operator=(const MemoryFileLock&) = delete;

 private:
  std::shared_ptr<std::set<std::string>> locks_;
  std::string path_;
};

bool starts_with_folder(const std::string& path, const std::string& folder) {
  return path.starts_with(folder == "/" ? folder : folder + "/");
}

}  // namespace

void MemoryFileSystem::put(const std::string& path, std::string content) {
  files_[path] = std::make_shared<std::string>(std::move(content));
}

bool MemoryFileSystem::is_folder(const std::string& path) const {
  if (path == "." || path == "/" || folders_.contains(path)) return true;
  return std::any_of(files_.begin(), files_.end(), [&](const auto& file) { return starts_with_folder(file.first, path); });
}

Result<std::unique_ptr<ReadableFile>> MemoryFileSystem::open_read(const std::string& path) {
  const auto found = files_.find(path);
  if (found == files_.end()) return file_error("open", path, is_folder(path) ? EISDIR : ENOENT);
  return std::unique_ptr<ReadableFile>(std::make_unique<MemoryReadableFile>(found->second));
}

Result<std::unique_ptr<WritableFile>> MemoryFileSystem::open_write(const std::string& path, WriteMode mode) {
  if (is_folder(path)) return file_error("write", path, EISDIR);
  if (!is_folder(parent_folder(path))) return file_error("write", path, ENOENT);
  Content& content = files_[path];
  if (content != nullptr && mode == WriteMode::kCreateNew) return file_error("write", path, EEXIST);
  if (content == nullptr) content = std::make_shared<std::string>();
  if (mode == WriteMode::kTruncate) content->clear();
  return std::unique_ptr<WritableFile>(std::make_unique<MemoryWritableFile>(content));
}

Result<std::shared_ptr<MappedFile>> MemoryFileSystem::map(const std::string& path) {
  const auto found = files_.find(path);
  if (found == files_.end()) return file_error("open", path, is_folder(path) ? EISDIR : ENOENT);
  return std::shared_ptr<MappedFile>(std::make_shared<MemoryMappedFile>(found->second));
}

Result<std::vector<FolderEntry>> MemoryFileSystem::list_folder(const std::string& path) {
  if (!is_folder(path)) return file_error("list", path, files_.contains(path) ? ENOTDIR : ENOENT);
  std::map<std::string, FileKind> names;
  const auto add = [&](const std::string& inner, FileKind kind) {
    const bool inside = path == "." ? !inner.starts_with('/') : starts_with_folder(inner, path);
    if (!inside || inner == path) return;
    const std::string rest = path == "." ? inner : inner.substr(path == "/" ? 1 : path.size() + 1);
    const std::size_t slash = rest.find('/');
    names.emplace(rest.substr(0, slash), slash == std::string::npos ? kind : FileKind::kFolder);
  };
  for (const auto& [file, content] : files_) add(file, FileKind::kRegular);
  for (const std::string& folder : folders_) add(folder, FileKind::kFolder);
  std::vector<FolderEntry> entries;
  for (const auto& [name, kind] : names) {
    entries.push_back({.name = name, .kind = kind, .is_link = false, .valid_utf8 = is_valid_utf8(name)});
  }
  return entries;
}

Result<FileInfo> MemoryFileSystem::stat(const std::string& path) {
  const auto found = files_.find(path);
  if (found != files_.end()) return FileInfo{.kind = FileKind::kRegular, .size_bytes = found->second->size(), .modified_ns = 0};
  if (is_folder(path)) return FileInfo{.kind = FileKind::kFolder, .size_bytes = 0, .modified_ns = 0};
  return file_error("open", path, ENOENT);
}

Result<void> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  const auto found = files_.find(from);
  if (found == files_.end()) return file_error("rename to", to, ENOENT);
  if (is_folder(to)) return file_error("rename to", to, EISDIR);
  const Content content = found->second;
  files_.erase(found);
  files_[to] = content;
  return {};
}

Result<void> MemoryFileSystem::remove(const std::string& path) {
  if (files_.erase(path) > 0) return {};
  if (!is_folder(path)) return file_error("remove", path, ENOENT);
  LEPTON_TRY(const auto entries, list_folder(path));
  if (!entries.empty()) return file_error("remove", path, ENOTEMPTY);
  folders_.erase(path);
  return {};
}

Result<void> MemoryFileSystem::make_folders(const std::string& path) {
  if (files_.contains(path)) return file_error("make folder", path, EEXIST);
  if (is_folder(path)) return {};
  LEPTON_CHECK_OK(make_folders(parent_folder(path)));
  folders_.insert(path);
  return {};
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::lock(const std::string& path) {
  if (!locks_->insert(path).second) return make_error(ErrorCode::kUnavailable, "{}: somebody else is using it", path);
  return std::unique_ptr<FileLock>(std::make_unique<MemoryFileLock>(locks_, path));
}

}  // namespace lepton
