// Nothing is read before its place is known to lie inside the file.
#include "lepton/formats/tflite/internal/flatbuffer.hpp"

namespace lepton::formats {

FlatTable FlatTable::root(std::span<const std::byte> file) {
  auto shared = std::make_shared<File>(File{file, 16 * file.size() + 4096});
  FlatTable start;
  start.file_ = shared;
  return FlatTable(shared, start.follow(0));
}

FlatTable::FlatTable(std::shared_ptr<File> file, std::size_t at) : file_(std::move(file)), at_(at) {
  const auto back = load<std::int32_t>(at_);
  const std::int64_t fields = static_cast<std::int64_t>(at_) - back;
  if (fields < 0) fail(ErrorCode::kDataCorrupt, "flatbuffer: the table at byte {} has its fields before the file", at_);
  fields_ = static_cast<std::size_t>(fields);
  fields_size_ = load<std::uint16_t>(fields_);
  size_ = load<std::uint16_t>(fields_ + 2);
  if (fields_size_ < 4 || size_ < 4) fail(ErrorCode::kDataCorrupt, "flatbuffer: the table at byte {} has no valid list of fields", at_);
  check(fields_, fields_size_);
  check(at_, size_);
}

void FlatTable::check(std::size_t at, std::size_t size) const {
  if (at > file_->bytes.size() || size > file_->bytes.size() - at)
    fail(ErrorCode::kDataCorrupt, "flatbuffer: bytes {} to {} are wanted of a file of {}", at, at + size, file_->bytes.size());
}

void FlatTable::claim(std::size_t size) const {
  if (size > file_->budget) fail(ErrorCode::kResourceExhausted, "flatbuffer: its parts are used so often that they outgrow the file");
  file_->budget -= size;
}

std::optional<std::size_t> FlatTable::place_of(int field, std::size_t size) const {
  const std::size_t entry = 4 + 2 * static_cast<std::size_t>(field);
  if (entry + 2 > fields_size_) return std::nullopt;
  const std::size_t offset = load<std::uint16_t>(fields_ + entry);
  if (offset == 0) return std::nullopt;
  if (offset + size > size_) fail(ErrorCode::kDataCorrupt, "flatbuffer: field {} lies outside of the table at byte {}", field, at_);
  return at_ + offset;
}

std::size_t FlatTable::follow(std::size_t at) const {
  const std::size_t to = at + load<std::uint32_t>(at);
  check(to, 4);
  return to;
}

std::optional<FlatTable> FlatTable::table(int field) const {
  const std::optional<std::size_t> at = place_of(field, 4);
  if (!at) return std::nullopt;
  claim(sizeof(FlatTable));
  return FlatTable(file_, follow(*at));
}

std::span<const std::byte> FlatTable::bytes(int field, std::size_t element_size) const {
  const std::optional<std::size_t> at = place_of(field, 4);
  if (!at) return {};
  const std::size_t start = follow(*at);
  const std::size_t count = load<std::uint32_t>(start);
  if (count > file_->bytes.size() / element_size)
    fail(ErrorCode::kDataCorrupt, "flatbuffer: the vector at byte {} claims {} elements", start, count);
  check(start + 4, count * element_size);
  return file_->bytes.subspan(start + 4, count * element_size);
}

std::vector<FlatTable> FlatTable::tables(int field) const {
  const std::span<const std::byte> offsets = bytes(field, 4);
  claim(offsets.size() / 4 * sizeof(FlatTable));
  std::vector<FlatTable> all;
  for (std::size_t i = 0; i < offsets.size(); i += 4) {
    const auto at = static_cast<std::size_t>(offsets.data() - file_->bytes.data()) + i;
    all.push_back(FlatTable(file_, follow(at)));
  }
  return all;
}

std::string FlatTable::text(int field) const {
  const std::span<const std::byte> raw = bytes(field);
  claim(raw.size());
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

}  // namespace lepton::formats
