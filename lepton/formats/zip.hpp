// Zip archives: written with stored, 64-byte aligned entries (so that they are mapped, not read), read with every size checked.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton::formats {

/// Writes an archive front to back into a sink. Entries are stored; the data of each begins at a multiple of 64 bytes.
/// Limits: entries and archive below 4 GiB (no Zip64); kUnsupported beyond.
class ZipWriter {
 public:
  using Sink = std::function<Result<void>(std::span<const std::byte>)>;
  explicit ZipWriter(Sink sink) : sink_(std::move(sink)) {}

  Result<void> add(std::string_view name, std::span<const std::byte> bytes);
  Result<void> add(std::string_view name, std::string_view text) { return add(name, std::as_bytes(std::span(text))); }
  /// Writes the central directory; nothing may be added after it.
  Result<void> finish();

 private:
  struct Entry {
    std::string name;
    std::uint32_t crc, size, offset;
  };
  Result<void> write(const std::string& bytes);
  Sink sink_;
  std::uint64_t place_ = 0;
  std::vector<Entry> entries_;
};

struct ZipLimits {
  std::size_t max_entries = 65535;
  std::uint64_t max_entry_bytes = std::uint64_t{4} << 30;  // of one entry, unpacked
};

/// Reads an archive that lies in memory (usually mapped). Nothing in it is trusted: sizes, offsets and names are checked before use.
class ZipReader {
 public:
  struct Entry {
    std::string name;
    std::uint64_t packed_bytes = 0, unpacked_bytes = 0;
    std::uint32_t crc = 0;
    std::uint16_t method = 0;  // 0 stored, 8 deflated
    std::size_t offset = 0;    // of the local header
  };

  /// Errors:  kDataCorrupt for anything that is not a whole archive; kResourceExhausted beyond the limits.
  static Result<ZipReader> open(std::span<const std::byte> archive, ZipLimits limits = {});

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(std::string_view name) const;
  /// Bytes of a stored entry, in place; its checksum is verified. kUnsupported for a compressed one.
  Result<std::span<const std::byte>> view(const Entry& entry) const;
  /// Bytes of any entry, unpacked into memory. A deflated entry that unpacks to more than it declares is refused.
  Result<std::vector<std::byte>> extract(const Entry& entry) const;

 private:
  Result<std::span<const std::byte>> packed(const Entry& entry) const;
  std::span<const std::byte> archive_;
  std::vector<Entry> entries_;
};

}  // namespace lepton::formats
