// Copies lie as tensors do, so that weights are views of them.
#include "lepton/serve/internal/copied_files.hpp"

#include "lepton/tensor/tensor.hpp"

namespace lepton::serve {
namespace {

class CopiedFile final : public MappedFile {
 public:
  explicit CopiedFile(std::size_t size_bytes) : storage_(Storage::allocate(size_bytes)) {}
  std::span<std::byte> memory() const { return {storage_->data(), storage_->size_bytes()}; }
  std::span<const std::byte> bytes() const override { return memory(); }

 private:
  std::shared_ptr<Storage> storage_;
};

}  // namespace

Result<std::shared_ptr<MappedFile>> CopiedFiles::map(const std::string& path) {
  LEPTON_TRY(const std::unique_ptr<ReadableFile> file, files_.open_read(path));
  LEPTON_TRY(const std::uint64_t size, file->size_bytes());
  return catch_error([&]() -> std::shared_ptr<MappedFile> {
    const auto copy = std::make_shared<CopiedFile>(size);
    std::span<std::byte> rest = copy->memory();
    while (!rest.empty()) {
      const std::size_t read = file->read(rest).value();
      if (read == 0) fail(ErrorCode::kDataCorrupt, "{}: became shorter while it was read", path);
      rest = rest.subspan(read);
    }
    return copy;
  });
}

}  // namespace lepton::serve
