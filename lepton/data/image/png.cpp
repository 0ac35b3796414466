// PNG through libspng: all colour types and depths, palettes, transparency, interlacing; 16-bit pictures stay 16-bit.
#include <spng.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "lepton/data/image/internal/formats.hpp"

namespace lepton::data {
namespace {

// Text and profile chunks can be compressed bombs of their own.
constexpr std::size_t kMaxChunkBytes = std::size_t{16} << 20;
// Deflate cannot shrink data more than this, so a larger claim is a lie.
constexpr std::size_t kMaxDeflateRatio = 1032;

using Context = std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)>;

Error corrupt(int code) { return make_error(ErrorCode::kDataCorrupt, "png: {}", spng_strerror(code)); }

bool matches(ByteSpan bytes) { return starts_with(bytes, "\x89PNG\r\n\x1A\n"); }

struct Layout {
  int format = 0;
  int channels = 0;
  DType dtype = DType::kU8;
};

Layout layout_of(const spng_ihdr& header, bool has_transparency) {
  const bool deep = header.bit_depth == 16;
  const DType dtype = deep ? DType::kU16 : DType::kU8;
  switch (header.color_type) {
    case SPNG_COLOR_TYPE_GRAYSCALE:
      if (has_transparency) return {deep ? SPNG_FMT_GA16 : SPNG_FMT_GA8, 2, dtype};
      return {deep ? SPNG_FMT_PNG : SPNG_FMT_G8, 1, dtype};
    case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
      return {SPNG_FMT_PNG, 2, dtype};
    case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA:
      return {SPNG_FMT_PNG, 4, dtype};
    case SPNG_COLOR_TYPE_TRUECOLOR:
      if (has_transparency) return {deep ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8, 4, dtype};
      return {deep ? SPNG_FMT_PNG : SPNG_FMT_RGB8, 3, dtype};
    default:  // indexed
      if (has_transparency) return {SPNG_FMT_RGBA8, 4, DType::kU8};
      return {SPNG_FMT_RGB8, 3, DType::kU8};
  }
}

struct Opened {
  Context context{nullptr, spng_ctx_free};
  spng_ihdr header{};
  Layout layout;
};

Result<Opened> open(ByteSpan bytes) {
  Opened opened;
  opened.context.reset(spng_ctx_new(0));
  if (!opened.context) return Error(ErrorCode::kResourceExhausted, "png: out of memory");
  spng_ctx* context = opened.context.get();
  spng_set_crc_action(context, SPNG_CRC_ERROR, SPNG_CRC_DISCARD);
  spng_set_chunk_limits(context, kMaxChunkBytes, 4 * kMaxChunkBytes);
  if (const int code = spng_set_png_buffer(context, bytes.data(), bytes.size())) return corrupt(code);
  if (const int code = spng_get_ihdr(context, &opened.header)) return corrupt(code);
  spng_trns transparency{};
  const int code = spng_get_trns(context, &transparency);
  if (code != 0 && code != SPNG_ECHUNKAVAIL) return corrupt(code);
  opened.layout = layout_of(opened.header, code == 0);
  return opened;
}

Result<ImageInfo> read_info(ByteSpan bytes) {
  LEPTON_TRY(const Opened opened, open(bytes));
  ImageInfo info{.format = "png", .height = opened.header.height, .width = opened.header.width};
  info.channels = opened.layout.channels;
  info.dtype = opened.layout.dtype;
  spng_exif exif{};
  if (spng_get_exif(opened.context.get(), &exif) == 0) {
    info.orientation = exif_orientation(std::as_bytes(std::span(exif.data, exif.length)));
  }
  return info;
}

Result<Tensor> decode(ByteSpan bytes, const ImageInfo& info) {
  LEPTON_TRY(const Opened opened, open(bytes));
  spng_ctx* context = opened.context.get();
  std::size_t size = 0;
  if (const int code = spng_decoded_image_size(context, opened.layout.format, &size)) return corrupt(code);
  const std::size_t samples = opened.header.color_type == SPNG_COLOR_TYPE_INDEXED ? 1 : static_cast<std::size_t>(info.channels);
  const std::size_t stored_bytes = static_cast<std::size_t>(info.height * info.width) / 8 * samples * opened.header.bit_depth;
  if (stored_bytes / 2 > bytes.size() * kMaxDeflateRatio) {
    return make_error(ErrorCode::kDataCorrupt, "png: header claims {}x{} pixels, which {} bytes cannot hold", info.width, info.height,
                      bytes.size());
  }
  Tensor image = Tensor::empty(info.dtype, Shape{info.height, info.width, info.channels});
  if (size != static_cast<std::size_t>(image.type().size_bytes()))
    return Error(ErrorCode::kInternal, "png: decoded size is not the expected one");
  if (const int code = spng_decode_image(context, image.bytes(), size, opened.layout.format, SPNG_DECODE_TRNS)) return corrupt(code);
  if (const int code = spng_decode_chunks(context)) return corrupt(code);  // the tail: a file cut after its pixels is still damaged
  return image;
}

constexpr std::array<std::string_view, 2> kExtensions{"png", "apng"};

}  // namespace

Result<std::string> encode_png(const Tensor& image) {
  constexpr std::array<std::uint8_t, 4> kColourTypes{SPNG_COLOR_TYPE_GRAYSCALE, SPNG_COLOR_TYPE_GRAYSCALE_ALPHA, SPNG_COLOR_TYPE_TRUECOLOR,
                                                     SPNG_COLOR_TYPE_TRUECOLOR_ALPHA};
  const bool deep = image.dtype() == DType::kU16;
  if ((!deep && image.dtype() != DType::kU8) || image.shape().rank() != 3 || image.shape()[2] < 1 || image.shape()[2] > 4) {
    fail(ErrorCode::kInvalidArgument, "encode_png: expects u8 or u16 [height, width, 1 to 4], got {}", image.type().to_string());
  }
  const Tensor pixels = image.contiguous();
  const Context context(spng_ctx_new(SPNG_CTX_ENCODER), spng_ctx_free);
  if (!context) return Error(ErrorCode::kResourceExhausted, "encode_png: out of memory");
  spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  spng_ihdr header{.width = static_cast<std::uint32_t>(image.shape()[1]),
                   .height = static_cast<std::uint32_t>(image.shape()[0]),
                   .bit_depth = static_cast<std::uint8_t>(deep ? 16 : 8),
                   .color_type = kColourTypes[static_cast<std::size_t>(image.shape()[2] - 1)]};
  if (const int code = spng_set_ihdr(context.get(), &header)) {
    return make_error(ErrorCode::kInvalidArgument, "encode_png: {}", spng_strerror(code));
  }
  const auto size = static_cast<std::size_t>(pixels.type().size_bytes());
  if (const int code = spng_encode_image(context.get(), pixels.bytes(), size, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE)) {
    return make_error(ErrorCode::kInvalidArgument, "encode_png: {}", spng_strerror(code));
  }
  std::size_t length = 0;
  int code = 0;
  void* buffer = spng_get_png_buffer(context.get(), &length, &code);
  if (buffer == nullptr) return make_error(ErrorCode::kResourceExhausted, "encode_png: {}", spng_strerror(code));
  std::string bytes(static_cast<const char*>(buffer), length);
  std::free(buffer);
  return bytes;
}

const ImageFormat kPngFormat{.name = "png", .extensions = kExtensions, .matches = matches, .read_info = read_info, .decode = decode};

}  // namespace lepton::data
