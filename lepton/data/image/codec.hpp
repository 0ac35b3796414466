// Pictures from bytes: what a file claims to be (its header), and its pixels as a [height, width, channels] tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lepton/base/error.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

/// What the header of a picture says; nothing is decoded for it.
struct ImageInfo {
  std::string_view format;  ///< Name of the format in image_formats(), e.g. "jpeg".
  std::int64_t height = 0;  ///< As stored, before `orientation` is applied.
  std::int64_t width = 0;
  int channels = 0;          ///< Of the decoded tensor: 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA.
  DType dtype = DType::kU8;  ///< Of the decoded tensor: kU8 or kU16.
  int orientation = 1;       ///< EXIF orientation, 1 to 8; 5 to 8 swap height and width when it is applied.
};

struct DecodeLimits {
  /// A picture whose header claims more pixels than this is refused before anything is allocated for it.
  std::int64_t max_pixels = 100'000'000;
  /// Longest file that read_image() takes into memory.
  std::uint64_t max_file_bytes = std::uint64_t{1} << 30;
};

/// One picture format. To add one, write `image/<name>.cpp` after the pattern of `bmp.cpp` and list it in `codec.cpp`.
struct ImageFormat {
  std::string_view name;
  /// In lower case, without a dot, first the usual one. They only tell a folder reader which files to try; the bytes decide.
  std::span<const std::string_view> extensions;
  bool (*matches)(std::span<const std::byte> bytes);
  Result<ImageInfo> (*read_info)(std::span<const std::byte> bytes);
  /// Decodes into [info.height, info.width, info.channels]; orientation is left to the caller. `info` has passed the limits.
  Result<Tensor> (*decode)(std::span<const std::byte> bytes, const ImageInfo& info);
};

/// Every known format, in the order in which their signatures are tried.
std::span<const ImageFormat* const> image_formats();

/// True if `extension` (lower case, no dot) belongs to a known picture format.
bool is_image_extension(std::string_view extension);

/// Returns the format whose signature `bytes` start with, or nullptr.
const ImageFormat* find_image_format(std::span<const std::byte> bytes);

/// Reads the header. kUnsupported if no format knows the signature, kDataCorrupt if the header is damaged.
Result<ImageInfo> read_image_info(std::span<const std::byte> bytes);

/// Decodes a picture and turns it upright by its EXIF orientation.
///
/// Shapes:  [height, width, channels], u8 or u16 (16-bit PNG, PNM and TIFF); CMYK becomes RGB.
/// Errors:  kResourceExhausted if the header claims more than the limits; kDataCorrupt for a truncated or damaged file, even if
///          a part of it could be shown; kUnsupported for an unknown format or variant.
Result<Tensor> decode_image(std::span<const std::byte> bytes, const DecodeLimits& limits = {});

/// decode_image() on a file; errors name the file.
Result<Tensor> read_image(FileSystem& files, const std::string& path, const DecodeLimits& limits = {});

/// Returns `image` turned upright for an EXIF `orientation` of 1 to 8.
Tensor apply_orientation(const Tensor& image, int orientation);

/// Encodes a u8 picture with 1 or 3 channels as baseline JPEG, quality 1 to 100.
Result<std::string> encode_jpeg(const Tensor& image, int quality);
/// Encodes a u8 or u16 picture with 1 to 4 channels as PNG.
Result<std::string> encode_png(const Tensor& image);
/// Encodes a u8 picture with 1 or 3 channels as binary PGM or PPM.
Result<std::string> encode_pnm(const Tensor& image);

}  // namespace lepton::data
