// The table of picture formats, and what all of them share: limits, orientation, reading from a file.
#include "lepton/data/image/codec.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "lepton/base/files.hpp"
#include "lepton/data/image/internal/formats.hpp"

namespace lepton::data {
namespace {

constexpr std::array<const ImageFormat*, 6> kFormats{&kJpegFormat, &kPngFormat, &kWebpFormat, &kTiffFormat, &kBmpFormat, &kPnmFormat};

Result<void> check_claim(const ImageInfo& info, const DecodeLimits& limits) {
  if (info.height <= 0 || info.width <= 0) {
    return make_error(ErrorCode::kDataCorrupt, "{}: header claims an empty picture ({}x{})", info.format, info.width, info.height);
  }
  if (info.height > limits.max_pixels / info.width) {
    return make_error(ErrorCode::kResourceExhausted,
                      "{}: header claims {}x{} pixels, more than the limit of {}; raise max_pixels if it is real", info.format, info.width,
                      info.height, limits.max_pixels);
  }
  return {};
}

Result<const ImageFormat*> require_format(ByteSpan bytes) {
  if (bytes.empty()) return make_error(ErrorCode::kDataCorrupt, "image: the file is empty");
  if (const ImageFormat* format = find_image_format(bytes)) return format;
  return make_error(ErrorCode::kUnsupported, "image: not a picture format that is known here (JPEG, PNG, WebP, TIFF, BMP, PNM)");
}

}  // namespace

std::span<const ImageFormat* const> image_formats() { return kFormats; }

bool is_image_extension(std::string_view extension) {
  return std::ranges::any_of(
      kFormats, [&](const ImageFormat* format) { return std::ranges::find(format->extensions, extension) != format->extensions.end(); });
}

const ImageFormat* find_image_format(ByteSpan bytes) {
  const auto found = std::ranges::find_if(kFormats, [&](const ImageFormat* format) { return format->matches(bytes); });
  return found == kFormats.end() ? nullptr : *found;
}

Result<ImageInfo> read_image_info(ByteSpan bytes) {
  LEPTON_TRY(const ImageFormat* format, require_format(bytes));
  return format->read_info(bytes);
}

Result<Tensor> decode_image(ByteSpan bytes, const DecodeLimits& limits) {
  LEPTON_TRY(const ImageFormat* format, require_format(bytes));
  LEPTON_TRY(const ImageInfo info, format->read_info(bytes));
  LEPTON_CHECK_OK(check_claim(info, limits));
  // Inside the limits memory can still run out; that is a refusal of this picture, not the end of the program.
  auto decoded = catch_error([&] { return format->decode(bytes, info).value(); });
  if (!decoded) return decoded.error();
  return apply_orientation(*decoded, info.orientation);
}

Result<Tensor> read_image(FileSystem& files, const std::string& path, const DecodeLimits& limits) {
  LEPTON_TRY(const std::string text, read_file(files, path, limits.max_file_bytes));
  return decode_image(std::as_bytes(std::span(text)), limits).with_context(path);
}

Tensor apply_orientation(const Tensor& image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const std::int64_t height = image.shape()[0], width = image.shape()[1], channels = image.shape()[2];
  const bool swapped = orientation >= 5;
  const bool flip_rows = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  const bool flip_columns = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const std::int64_t new_height = swapped ? width : height, new_width = swapped ? height : width;
  Tensor upright = Tensor::empty(image.dtype(), Shape{new_height, new_width, channels});
  const std::size_t pixel_bytes = static_cast<std::size_t>(channels) * size_of(image.dtype());
  const std::byte* source = image.contiguous().bytes();
  std::byte* target = upright.bytes();
  for (std::int64_t y = 0; y < new_height; ++y) {
    for (std::int64_t x = 0; x < new_width; ++x, target += pixel_bytes) {
      // The flips are named after what they do to the upright picture's axes.
      const std::int64_t row = flip_rows ? new_height - 1 - y : y;
      const std::int64_t column = flip_columns ? new_width - 1 - x : x;
      const std::int64_t index = swapped ? column * width + row : row * width + column;
      std::memcpy(target, source + static_cast<std::size_t>(index) * pixel_bytes, pixel_bytes);
    }
  }
  return upright;
}

}  // namespace lepton::data
