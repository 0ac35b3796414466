// Any bytes are an archive that writes inside its folder only, or an error. Nothing reaches a disk here.
#include <cstddef>
#include <cstdint>

#include "lepton/base/files.hpp"
#include "lepton/data/archive/tar.hpp"

namespace {

using namespace lepton;

Error unexpected() { return {ErrorCode::kInternal, "not expected from unpacking"}; }

class Sink final : public WritableFile {
 public:
  using WritableFile::write;
  Result<void> write(std::span<const std::byte>) override { return {}; }
  Result<void> sync() override { return {}; }
  Result<void> close() override { return {}; }
};

// Takes every write and checks its path.
class Nowhere final : public FileSystem {
 public:
  Result<std::unique_ptr<ReadableFile>> open_read(const std::string&) override { return unexpected(); }
  Result<std::unique_ptr<WritableFile>> open_write(const std::string& path, WriteMode) override {
    check(path);
    return std::unique_ptr<WritableFile>(std::make_unique<Sink>());
  }
  Result<std::shared_ptr<MappedFile>> map(const std::string&) override { return unexpected(); }
  Result<std::vector<FolderEntry>> list_folder(const std::string&) override { return unexpected(); }
  Result<FileInfo> stat(const std::string&) override { return unexpected(); }
  Result<void> rename(const std::string&, const std::string&) override { return unexpected(); }
  Result<void> remove(const std::string&) override { return unexpected(); }
  Result<void> make_folders(const std::string& path) override {
    check(path);
    return {};
  }
  Result<void> sync_folder(const std::string&) override { return unexpected(); }
  Result<std::unique_ptr<FileLock>> lock(const std::string&) override { return unexpected(); }

 private:
  static void check(const std::string& path) {
    LEPTON_ASSERT(path == "/out" || path.starts_with("/out/"), "a path outside of the folder");
    LEPTON_ASSERT((path + "/").find("/../") == std::string::npos && path.find('\0') == std::string::npos, "a path that climbs");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Nowhere files;
  (void)data::unpack_tar(files, std::as_bytes(std::span(data, size)), "/out", {.max_files = 1000, .max_total_bytes = 1 << 20});
  return 0;
}
