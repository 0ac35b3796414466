// The rows of the format table, one per file in this folder, and what several decoders share.
#pragma once

#include <cstring>
#include <optional>

#include "lepton/data/image/codec.hpp"

namespace lepton::data {

using ByteSpan = std::span<const std::byte>;

extern const ImageFormat kJpegFormat;
extern const ImageFormat kPngFormat;
extern const ImageFormat kPnmFormat;
extern const ImageFormat kBmpFormat;
extern const ImageFormat kWebpFormat;
extern const ImageFormat kTiffFormat;

/// True if `bytes` start with `signature`.
inline bool starts_with(ByteSpan bytes, std::string_view signature) {
  return bytes.size() >= signature.size() && std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

/// Integers at byte offsets of a buffer; a read outside gives nothing instead of a crash.
class ByteReader {
 public:
  ByteReader(ByteSpan bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  template <class T>
  std::optional<T> read(std::size_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const std::size_t at = big_endian_ ? i : sizeof(T) - 1 - i;
      value = (value << 8) | std::to_integer<std::uint64_t>(bytes_[offset + at]);
    }
    return static_cast<T>(value);
  }

 private:
  ByteSpan bytes_;
  bool big_endian_;
};

/// Returns the orientation (1 to 8) in a TIFF-structured EXIF block, with or without the "Exif\0\0" lead; 1 if it says none.
int exif_orientation(ByteSpan exif);

/// Returns (255-c)(255-k)/255 rounded: one RGB component from a CMYK one.
inline std::uint8_t cmyk_component(int colour, int black) {
  const int product = (255 - colour) * (255 - black) + 128;
  return static_cast<std::uint8_t>((product + (product >> 8)) >> 8);
}

}  // namespace lepton::data
