// WebP, lossy and lossless, through libwebp; the EXIF chunk gives the orientation. Animations are refused.
#include <webp/decode.h>

#include <array>

#include "lepton/data/image/internal/formats.hpp"

namespace lepton::data {
namespace {

const std::uint8_t* raw(ByteSpan bytes) { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }

bool matches(ByteSpan bytes) { return bytes.size() >= 12 && starts_with(bytes, "RIFF") && starts_with(bytes.subspan(8), "WEBP"); }

// Walks the RIFF chunks for "EXIF".
int orientation_of(ByteSpan bytes) {
  const ByteReader reader(bytes, false);
  std::size_t offset = 12;
  while (const auto size = reader.read<std::uint32_t>(offset + 4)) {
    const std::size_t start = offset + 8;
    if (*size > bytes.size() - start) return 1;
    if (starts_with(bytes.subspan(offset), "EXIF")) return exif_orientation(bytes.subspan(start, *size));
    offset = start + *size + (*size & 1u);
  }
  return 1;
}

Result<ImageInfo> read_info(ByteSpan bytes) {
  WebPBitstreamFeatures features{};
  if (WebPGetFeatures(raw(bytes), bytes.size(), &features) != VP8_STATUS_OK) {
    return Error(ErrorCode::kDataCorrupt, "webp: the header is damaged or cut off");
  }
  if (features.has_animation != 0) return Error(ErrorCode::kUnsupported, "webp: animations are not supported; save one frame");
  ImageInfo info{.format = "webp", .height = features.height, .width = features.width};
  info.channels = features.has_alpha != 0 ? 4 : 3;
  info.orientation = orientation_of(bytes);
  return info;
}

Result<Tensor> decode(ByteSpan bytes, const ImageInfo& info) {
  Tensor image = Tensor::empty(DType::kU8, Shape{info.height, info.width, info.channels});
  const auto size = static_cast<std::size_t>(image.num_elements());
  const int stride = static_cast<int>(info.width) * info.channels;
  const auto* done = info.channels == 4 ? WebPDecodeRGBAInto(raw(bytes), bytes.size(), image.data<std::uint8_t>(), size, stride)
                                        : WebPDecodeRGBInto(raw(bytes), bytes.size(), image.data<std::uint8_t>(), size, stride);
  if (done == nullptr) return Error(ErrorCode::kDataCorrupt, "webp: the pixels are damaged or cut off");
  return image;
}

constexpr std::array<std::string_view, 1> kExtensions{"webp"};

}  // namespace

const ImageFormat kWebpFormat{.name = "webp", .extensions = kExtensions, .matches = matches, .read_info = read_info, .decode = decode};

}  // namespace lepton::data
