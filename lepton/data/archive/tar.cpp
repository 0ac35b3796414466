// Tar: 512-byte headers (ustar, GNU long names, pax paths), each followed by its file padded to 512 bytes.
#include "lepton/data/archive/tar.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/archive/gzip.hpp"

namespace lepton::data {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kMaxNameBytes = 64 << 10;

using Block = std::array<std::byte, kBlock>;

Error corrupt(std::string_view what) { return make_error(ErrorCode::kDataCorrupt, "tar: {}", what); }

std::string_view text_field(const Block& block, std::size_t offset, std::size_t size) {
  const std::string_view field(reinterpret_cast<const char*>(block.data()) + offset, size);
  return field.substr(0, std::min(field.find('\0'), size));
}

// Octal digits, or GNU's base 256 when the top bit is set.
std::optional<std::uint64_t> number_field(const Block& block, std::size_t offset, std::size_t size) {
  std::uint64_t value = 0;
  if ((block[offset] & std::byte{0x80}) != std::byte{0}) {
    for (std::size_t i = size - 8; i < size; ++i) value = (value << 8) | std::to_integer<std::uint64_t>(block[offset + i]);
    for (std::size_t i = 1; i < size - 8; ++i) {
      if (block[offset + i] != std::byte{0}) return std::nullopt;
    }
    return value;
  }
  const std::string_view text = trim(text_field(block, offset, size));
  for (const char c : text) {
    if (c < '0' || c > '7' || value > (std::uint64_t{1} << 60)) return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

bool checksum_fits(const Block& block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) sum += i >= 148 && i < 156 ? std::uint64_t{' '} : std::to_integer<std::uint64_t>(block[i]);
  return number_field(block, 148, 8) == sum;
}

// "path" from pax records "<length> <key>=<value>\n".
std::optional<std::string> pax_path(std::string_view records) {
  while (!records.empty()) {
    const std::size_t space = records.find(' ');
    if (space == std::string_view::npos || space > 9) return std::nullopt;
    std::size_t length = 0;
    for (const char c : records.substr(0, space)) {
      if (c < '0' || c > '9') return std::nullopt;
      length = length * 10 + static_cast<std::size_t>(c - '0');
    }
    if (length <= space + 1 || length > records.size()) return std::nullopt;
    const std::string_view record = records.substr(space + 1, length - space - 2);
    if (record.starts_with("path=")) return std::string(record.substr(5));
    records.remove_prefix(length);
  }
  return std::nullopt;
}

// Drops "./" and empty parts; nothing for a path that would leave the folder or cannot be one.
std::optional<std::string> safe_path(std::string_view path) {
  if (path.starts_with('/') || path.find('\0') != std::string_view::npos || path.find('\\') != std::string_view::npos) return std::nullopt;
  std::string safe;
  for (const std::string_view part : split(path, '/')) {
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") safe = join_path(safe, part);
  }
  return safe;
}

class Unpacker {
 public:
  Unpacker(FileSystem& files, std::span<const std::byte> archive, const std::string& folder, const TarLimits& limits)
      : files_(files), plain_(archive), folder_(folder), limits_(limits) {
    if (is_gzip(archive)) packed_.emplace(archive);
  }

  Result<TarSummary> run() {
    LEPTON_CHECK_OK(files_.make_folders(folder_));
    std::optional<std::string> long_name;
    while (true) {
      Block block{};
      LEPTON_TRY(const std::size_t count, read(block));
      // The end is two empty blocks; archives that just stop at a block's edge are common enough.
      if (count == 0 || std::ranges::all_of(block, [](std::byte byte) { return byte == std::byte{0}; })) break;
      if (count < kBlock) return corrupt("the archive is cut off");
      if (!checksum_fits(block)) return corrupt("an entry's checksum is wrong");
      const auto size = number_field(block, 124, 12);
      if (!size) return corrupt("an entry's size is damaged");
      const char type = static_cast<char>(block[156]);
      if (type == 'L' || type == 'x') {
        LEPTON_TRY(const std::string content, read_text(*size));
        const auto name = type == 'L' ? std::optional(content.substr(0, content.find('\0'))) : pax_path(content);
        if (name) long_name = name;
      } else if (type == 'g') {
        LEPTON_TRY(const std::string ignored, read_text(*size));
      } else {
        LEPTON_CHECK_OK(unpack(type, long_name ? *long_name : name_of_entry(block), *size));
        long_name.reset();
      }
    }
    return summary_;
  }

 private:
  static std::string name_of_entry(const Block& block) {
    const std::string_view prefix =
        text_field(block, 257, 5) == "ustar" && text_field(block, 257, 6).size() == 5 ? text_field(block, 345, 155) : "";
    return join_path(prefix, text_field(block, 0, 100));
  }

  Result<void> unpack(char type, const std::string& name, std::uint64_t size) {
    const std::string shown = to_valid_utf8(name);
    const auto path = safe_path(name);
    if (!path)
      return make_error(ErrorCode::kInvalidArgument,
                        "tar: entry '{}' would be written outside of the folder; the archive is not to be trusted", shown);
    if (++summary_.num_files > limits_.max_files)
      return make_error(ErrorCode::kResourceExhausted, "tar: more than {} entries", limits_.max_files);
    if (type == '5') return path->empty() ? Result<void>() : files_.make_folders(join_path(folder_, *path));
    if (type != '0' && type != '\0' && type != '7') {
      return make_error(ErrorCode::kInvalidArgument, "tar: entry '{}' is a link or a special file, which is not unpacked", shown);
    }
    if (path->empty() || name.ends_with('/')) return make_error(ErrorCode::kDataCorrupt, "tar: entry '{}' has no name", shown);
    if (size > limits_.max_total_bytes - summary_.total_bytes) {
      return make_error(ErrorCode::kResourceExhausted, "tar: unpacks to more than {} bytes", limits_.max_total_bytes);
    }
    summary_.total_bytes += size;
    return write_file(join_path(folder_, *path), size).with_context(shown);
  }

  Result<void> write_file(const std::string& path, std::uint64_t size) {
    LEPTON_CHECK_OK(files_.make_folders(parent_folder(path)));
    LEPTON_TRY(const auto file, files_.open_write(path, WriteMode::kCreateNew));
    for (std::uint64_t left = size; left > 0;) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size()));
      LEPTON_CHECK_OK(read_all(std::span(buffer_).first(count)));
      LEPTON_CHECK_OK(file->write(std::span<const std::byte>(buffer_).first(count)));
      left -= count;
    }
    LEPTON_CHECK_OK(skip_padding(size));
    return file->close();
  }

  Result<std::string> read_text(std::uint64_t size) {
    if (size > kMaxNameBytes) return corrupt("a name is too long");
    std::string text(static_cast<std::size_t>(size), '\0');
    LEPTON_CHECK_OK(read_all(std::as_writable_bytes(std::span(text))));
    LEPTON_CHECK_OK(skip_padding(size));
    return text;
  }

  Result<void> skip_padding(std::uint64_t size) {
    Block padding{};
    return read_all(std::span(padding).first(static_cast<std::size_t>((kBlock - size % kBlock) % kBlock)));
  }

  Result<void> read_all(std::span<std::byte> buffer) {
    LEPTON_TRY(const std::size_t count, read(buffer));
    if (count < buffer.size()) return corrupt("the archive is cut off");
    return {};
  }

  Result<std::size_t> read(std::span<std::byte> buffer) {
    if (packed_) return packed_->read(buffer);
    const std::size_t count = std::min(buffer.size(), plain_.size());
    std::copy_n(plain_.begin(), count, buffer.begin());
    plain_ = plain_.subspan(count);
    return count;
  }

  FileSystem& files_;
  std::span<const std::byte> plain_;
  std::optional<GzipReader> packed_;
  std::string folder_;
  TarLimits limits_;
  TarSummary summary_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(std::size_t{256} << 10);
};

}  // namespace

Result<TarSummary> unpack_tar(FileSystem& files, std::span<const std::byte> archive, const std::string& folder, const TarLimits& limits) {
  return Unpacker(files, archive, folder, limits).run();
}

}  // namespace lepton::data
