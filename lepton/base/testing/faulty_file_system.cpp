// Counts calls and fails the chosen one.
#include "lepton/base/testing/faulty_file_system.hpp"

#include <algorithm>

namespace lepton {
namespace {

class FaultyReadableFile final : public ReadableFile {
 public:
  FaultyReadableFile(FaultyFileSystem& files, std::unique_ptr<ReadableFile> inner, std::string path)
      : files_(files), inner_(std::move(inner)), path_(std::move(path)) {}

  Result<std::size_t> read(std::span<std::byte> buffer) override {
    if (const auto fault = files_.next_fault()) return file_error("read", path_, fault->error_number);
    return inner_->read(buffer);
  }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override {
    if (const auto fault = files_.next_fault()) return file_error("read", path_, fault->error_number);
    return inner_->read_at(offset, buffer);
  }
  Result<std::uint64_t> size_bytes() override {
    if (const auto fault = files_.next_fault()) return file_error("stat", path_, fault->error_number);
    return inner_->size_bytes();
  }

 private:
  FaultyFileSystem& files_;
  std::unique_ptr<ReadableFile> inner_;
  std::string path_;
};

class FaultyWritableFile final : public WritableFile {
 public:
  FaultyWritableFile(FaultyFileSystem& files, std::unique_ptr<WritableFile> inner, std::string path)
      : files_(files), inner_(std::move(inner)), path_(std::move(path)) {}

  Result<void> write(std::span<const std::byte> bytes) override {
    if (const auto fault = files_.next_fault()) {
      const auto written = static_cast<std::size_t>(std::min<std::uint64_t>(fault->short_write_bytes, bytes.size()));
      LEPTON_CHECK_OK(inner_->write(bytes.first(written)));
      return file_error("write", path_, fault->error_number);
    }
    return inner_->write(bytes);
  }
  Result<void> sync() override {
    if (const auto fault = files_.next_fault()) return file_error("sync", path_, fault->error_number);
    return inner_->sync();
  }
  Result<void> close() override {
    if (const auto fault = files_.next_fault()) return file_error("close", path_, fault->error_number);
    return inner_->close();
  }

 private:
  FaultyFileSystem& files_;
  std::unique_ptr<WritableFile> inner_;
  std::string path_;
};

}  // namespace

void FaultyFileSystem::fail_at(std::int64_t call, FileFault fault) {
  fault_call_ = call;
  fault_ = fault;
  num_calls_ = 0;
}

void FaultyFileSystem::clear() {
  fault_call_.reset();
  num_calls_ = 0;
}

std::optional<FileFault> FaultyFileSystem::next_fault() {
  const std::int64_t call = num_calls_++;
  if (!fault_call_ || call < *fault_call_) return std::nullopt;
  if (call > *fault_call_ && !fault_.stays_broken) return std::nullopt;
  return fault_;
}

Result<std::unique_ptr<ReadableFile>> FaultyFileSystem::open_read(const std::string& path) {
  return pass("open", path, [&]() -> Result<std::unique_ptr<ReadableFile>> {
    LEPTON_TRY(auto file, inner_.open_read(path));
    return std::unique_ptr<ReadableFile>(std::make_unique<FaultyReadableFile>(*this, std::move(file), path));
  });
}

Result<std::unique_ptr<WritableFile>> FaultyFileSystem::open_write(const std::string& path, WriteMode mode) {
  return pass("write", path, [&]() -> Result<std::unique_ptr<WritableFile>> {
    LEPTON_TRY(auto file, inner_.open_write(path, mode));
    return std::unique_ptr<WritableFile>(std::make_unique<FaultyWritableFile>(*this, std::move(file), path));
  });
}

Result<std::shared_ptr<MappedFile>> FaultyFileSystem::map(const std::string& path) {
  return pass("map", path, [&] { return inner_.map(path); });
}
Result<std::vector<FolderEntry>> FaultyFileSystem::list_folder(const std::string& path) {
  return pass("list", path, [&] { return inner_.list_folder(path); });
}
Result<FileInfo> FaultyFileSystem::stat(const std::string& path) {
  return pass("open", path, [&] { return inner_.stat(path); });
}
Result<void> FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  return pass("rename to", to, [&] { return inner_.rename(from, to); });
}
Result<void> FaultyFileSystem::remove(const std::string& path) {
  return pass("remove", path, [&] { return inner_.remove(path); });
}
Result<void> FaultyFileSystem::make_folders(const std::string& path) {
  return pass("make folder", path, [&] { return inner_.make_folders(path); });
}
Result<void> FaultyFileSystem::sync_folder(const std::string& path) {
  return pass("sync", path, [&] { return inner_.sync_folder(path); });
}
Result<std::unique_ptr<FileLock>> FaultyFileSystem::lock(const std::string& path) {
  return pass("lock", path, [&] { return inner_.lock(path); });
}

}  // namespace lepton
