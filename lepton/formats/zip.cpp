// Zip by PKWARE's APPNOTE 6.3.3: local headers, central directory, end record. Zip64, encryption and spanning are refused.
#include "lepton/formats/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace lepton::formats {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50, kCentralSignature = 0x02014b50, kEndSignature = 0x06054b50;
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22;
constexpr std::size_t kAlignment = 64;
constexpr std::uint16_t kVersion = 20, kUtf8Flag = 0x0800, kEncryptedFlag = 0x0001;
constexpr std::uint16_t kPaddingField = 0x504c;  // our extra field "LP", ignored by readers

void put16(std::string& out, std::uint16_t v) {
  out += static_cast<char>(v & 0xff);
  out += static_cast<char>(v >> 8);
}
void put32(std::string& out, std::uint32_t v) {
  put16(out, static_cast<std::uint16_t>(v));
  put16(out, static_cast<std::uint16_t>(v >> 16));
}
std::uint32_t get(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < count; ++i) v |= std::to_integer<std::uint32_t>(bytes[at + i]) << (8 * i);
  return v;
}

std::uint32_t checksum(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

Error corrupt(std::string_view what) { return make_error(ErrorCode::kDataCorrupt, "zip: {}; the file is damaged or truncated", what); }

// A fixed time stamp (1980-01-01): equal content makes equal archives.
constexpr std::uint16_t kTime = 0, kDate = 0x0021;

}  // namespace

Result<void> ZipWriter::write(const std::string& bytes) {
  place_ += bytes.size();
  return sink_(std::as_bytes(std::span(bytes)));
}

Result<void> ZipWriter::add(std::string_view name, std::span<const std::byte> bytes) {
  constexpr std::uint64_t kLimit = std::numeric_limits<std::uint32_t>::max();
  if (bytes.size() >= kLimit || place_ + bytes.size() + 4096 >= kLimit) {
    return make_error(ErrorCode::kUnsupported, "zip: '{}' does not fit into an archive below 4 GiB ({} bytes)", name, bytes.size());
  }
  const Entry entry{std::string(name), checksum(bytes), static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(place_)};
  // The padding is an extra field of its own: 4 bytes of header and zeros up to the alignment.
  const std::size_t data_at = static_cast<std::size_t>(place_) + kLocalBytes + name.size() + 4;
  const std::size_t padding = (kAlignment - data_at % kAlignment) % kAlignment;
  std::string header;
  put32(header, kLocalSignature);
  put16(header, kVersion);
  put16(header, kUtf8Flag);
  put16(header, 0);
  put16(header, kTime);
  put16(header, kDate);
  put32(header, entry.crc);
  put32(header, entry.size);
  put32(header, entry.size);
  put16(header, static_cast<std::uint16_t>(name.size()));
  put16(header, static_cast<std::uint16_t>(4 + padding));
  header += name;
  put16(header, kPaddingField);
  put16(header, static_cast<std::uint16_t>(padding));
  header.append(padding, '\0');
  LEPTON_CHECK_OK(write(header));
  place_ += bytes.size();
  LEPTON_CHECK_OK(sink_(bytes));
  entries_.push_back(entry);
  return {};
}

Result<void> ZipWriter::finish() {
  const auto start = static_cast<std::uint32_t>(place_);
  std::string directory;
  for (const Entry& entry : entries_) {
    put32(directory, kCentralSignature);
    put16(directory, kVersion);
    put16(directory, kVersion);
    put16(directory, kUtf8Flag);
    put16(directory, 0);
    put16(directory, kTime);
    put16(directory, kDate);
    put32(directory, entry.crc);
    put32(directory, entry.size);
    put32(directory, entry.size);
    put16(directory, static_cast<std::uint16_t>(entry.name.size()));
    for (int i = 0; i < 4; ++i) put16(directory, 0);  // extra, comment, disk, internal attributes
    put32(directory, 0);
    put32(directory, entry.offset);
    directory += entry.name;
  }
  const auto size = static_cast<std::uint32_t>(directory.size());
  put32(directory, kEndSignature);
  put16(directory, 0);
  put16(directory, 0);
  put16(directory, static_cast<std::uint16_t>(entries_.size()));
  put16(directory, static_cast<std::uint16_t>(entries_.size()));
  put32(directory, size);
  put32(directory, start);
  put16(directory, 0);
  return write(directory);
}

Result<ZipReader> ZipReader::open(std::span<const std::byte> archive, ZipLimits limits) {
  if (archive.size() < kEndBytes) return corrupt("there is no end record");
  // The end record may be followed by a comment of up to 65535 bytes.
  std::size_t end = archive.size() - kEndBytes;
  const std::size_t lowest = end > 65535 ? end - 65535 : 0;
  while (get(archive, end, 4) != kEndSignature) {
    if (end == lowest) return corrupt("there is no end record");
    --end;
  }
  const std::size_t count = get(archive, end + 10, 2), size = get(archive, end + 12, 4), start = get(archive, end + 16, 4);
  if (count > limits.max_entries)
    return make_error(ErrorCode::kResourceExhausted, "zip: {} entries are more than the limit of {}", count, limits.max_entries);
  if (start > end || size > end - start) return corrupt("the directory lies outside");
  ZipReader reader;
  reader.archive_ = archive;
  std::size_t place = start;
  for (std::size_t i = 0; i < count; ++i) {
    if (end - place < kCentralBytes || get(archive, place, 4) != kCentralSignature) return corrupt("a directory entry is broken");
    const std::size_t name_bytes = get(archive, place + 28, 2), skip = get(archive, place + 30, 2) + get(archive, place + 32, 2);
    if (end - place - kCentralBytes < name_bytes + skip) return corrupt("a directory entry is broken");
    Entry entry;
    entry.name.assign(reinterpret_cast<const char*>(archive.data()) + place + kCentralBytes, name_bytes);
    entry.method = static_cast<std::uint16_t>(get(archive, place + 10, 2));
    entry.crc = get(archive, place + 16, 4);
    entry.packed_bytes = get(archive, place + 20, 4);
    entry.unpacked_bytes = get(archive, place + 24, 4);
    entry.offset = get(archive, place + 42, 4);
    if ((get(archive, place + 8, 2) & kEncryptedFlag) != 0)
      return make_error(ErrorCode::kUnsupported, "zip: '{}' is encrypted", entry.name);
    if (entry.unpacked_bytes > limits.max_entry_bytes) {
      return make_error(ErrorCode::kResourceExhausted, "zip: '{}' unpacks to {} bytes, more than the limit of {}", entry.name,
                        entry.unpacked_bytes, limits.max_entry_bytes);
    }
    if (reader.find(entry.name) != nullptr) return corrupt("a name occurs twice");
    reader.entries_.push_back(std::move(entry));
    place += kCentralBytes + name_bytes + skip;
  }
  return reader;
}

const ZipReader::Entry* ZipReader::find(std::string_view name) const {
  const auto place = std::ranges::find(entries_, name, &Entry::name);
  return place == entries_.end() ? nullptr : &*place;
}

Result<std::span<const std::byte>> ZipReader::packed(const Entry& entry) const {
  if (entry.offset > archive_.size() || archive_.size() - entry.offset < kLocalBytes || get(archive_, entry.offset, 4) != kLocalSignature) {
    return corrupt(fmt::format("the header of '{}' is broken", entry.name));
  }
  const std::size_t data = entry.offset + kLocalBytes + get(archive_, entry.offset + 26, 2) + get(archive_, entry.offset + 28, 2);
  if (data > archive_.size() || archive_.size() - data < entry.packed_bytes) return corrupt(fmt::format("'{}' lies outside", entry.name));
  return archive_.subspan(data, static_cast<std::size_t>(entry.packed_bytes));
}

Result<std::span<const std::byte>> ZipReader::view(const Entry& entry) const {
  if (entry.method != 0) return make_error(ErrorCode::kUnsupported, "zip: '{}' is compressed and cannot be used in place", entry.name);
  LEPTON_TRY(const std::span<const std::byte> bytes, packed(entry));
  if (entry.packed_bytes != entry.unpacked_bytes || checksum(bytes) != entry.crc)
    return corrupt(fmt::format("the checksum of '{}' is wrong", entry.name));
  return bytes;
}

Result<std::vector<std::byte>> ZipReader::extract(const Entry& entry) const {
  if (entry.method == 0) {
    LEPTON_TRY(const std::span<const std::byte> bytes, view(entry));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  }
  if (entry.method != 8) return make_error(ErrorCode::kUnsupported, "zip: '{}' uses compression method {}", entry.name, entry.method);
  LEPTON_TRY(const std::span<const std::byte> bytes, packed(entry));
  // Deflate cannot do better than about 1 : 1032; a larger claim would only serve to make us allocate.
  if (entry.unpacked_bytes / 1040 > entry.packed_bytes) return corrupt(fmt::format("'{}' claims an impossible size", entry.name));
  std::vector<std::byte> out(static_cast<std::size_t>(entry.unpacked_bytes));
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return make_error(ErrorCode::kResourceExhausted, "zip: out of memory");
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = inflate(&stream, Z_FINISH);
  const bool whole = code == Z_STREAM_END && stream.total_out == out.size();
  inflateEnd(&stream);
  if (!whole || checksum(out) != entry.crc) return corrupt(fmt::format("'{}' does not unpack to what it declares", entry.name));
  return out;
}

}  // namespace lepton::formats
