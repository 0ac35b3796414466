// JPEG through libjpeg-turbo: grey, YCbCr, RGB, CMYK and YCCK, baseline and progressive; any damage is an error.
#include <array>
#include <csetjmp>
#include <cstdio>
// clang-format off: jpeglib.h needs <cstdio> before it and gives jerror.h its macros.
#include <jerror.h>
#include <jpeglib.h>
// clang-format on

#include "lepton/data/image/internal/formats.hpp"

namespace lepton::data {
namespace {

// More scans than any encoder writes: a small progressive file can otherwise ask for hours of work.
constexpr int kMaxScans = 200;

// libjpeg's error manager with the way out of a failed call. The decoding functions below keep only trivial objects between
// setjmp and longjmp.
struct ErrorManager {
  jpeg_error_mgr base;
  jmp_buf escape;
  std::array<char, JMSG_LENGTH_MAX> text;
};

void on_error(j_common_ptr state) {
  auto* manager = reinterpret_cast<ErrorManager*>(state->err);
  manager->base.format_message(state, manager->text.data());
  longjmp(manager->escape, 1);
}

bool is_harmless(int message) {
  return message == JWRN_EXTRANEOUS_DATA || message == JWRN_JFIF_MAJOR || message == JWRN_ADOBE_XFORM || message == JWRN_BOGUS_ICC;
}

// libjpeg repairs damage with grey and only warns; for us a damaged picture is an error.
void on_message(j_common_ptr state, int level) {
  if (level < 0 && !is_harmless(state->err->msg_code)) on_error(state);
}

void on_progress(j_common_ptr state) {
  if (!state->is_decompressor) return;
  if (reinterpret_cast<j_decompress_ptr>(state)->input_scan_number <= kMaxScans) return;
  auto* manager = reinterpret_cast<ErrorManager*>(state->err);
  std::snprintf(manager->text.data(), manager->text.size(), "more than %d scans", kMaxScans);
  longjmp(manager->escape, 1);
}

void install(ErrorManager& manager) {
  jpeg_std_error(&manager.base);
  manager.base.error_exit = on_error;
  manager.base.emit_message = on_message;
  manager.text[0] = '\0';
}

int orientation_of(const jpeg_decompress_struct& state) {
  for (const jpeg_marker_struct* marker = state.marker_list; marker != nullptr; marker = marker->next) {
    const ByteSpan data = std::as_bytes(std::span(marker->data, marker->data_length));
    if (marker->marker == JPEG_APP0 + 1 && starts_with(data, "Exif")) return exif_orientation(data);
  }
  return 1;
}

bool matches(ByteSpan bytes) { return starts_with(bytes, "\xFF\xD8\xFF"); }

void open(jpeg_decompress_struct& state, ByteSpan bytes) {
  jpeg_create_decompress(&state);
  jpeg_mem_src(&state, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
  jpeg_save_markers(&state, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&state, TRUE);
  if (state.num_components == 1) {
    state.out_color_space = JCS_GRAYSCALE;
  } else {
    state.out_color_space = state.num_components == 4 ? JCS_CMYK : JCS_RGB;
  }
}

Error corrupt(const ErrorManager& manager) { return make_error(ErrorCode::kDataCorrupt, "jpeg: {}", manager.text.data()); }

Result<ImageInfo> read_info(ByteSpan bytes) {
  ErrorManager manager;
  install(manager);
  jpeg_decompress_struct state{};
  state.err = &manager.base;
  if (setjmp(manager.escape) != 0) {
    jpeg_destroy_decompress(&state);
    return corrupt(manager);
  }
  open(state, bytes);
  ImageInfo info{.format = "jpeg", .height = state.image_height, .width = state.image_width, .channels = state.num_components == 1 ? 1 : 3};
  info.orientation = orientation_of(state);
  jpeg_destroy_decompress(&state);
  return info;
}

void cmyk_to_rgb(const std::uint8_t* source, std::uint8_t* target, std::size_t count, bool inverted) {
  const int flip = inverted ? 255 : 0;  // Adobe writes 255 for "no ink".
  for (std::size_t i = 0; i < count; ++i, source += 4, target += 3) {
    for (int c = 0; c < 3; ++c) target[c] = cmyk_component(source[c] ^ flip, source[3] ^ flip);
  }
}

// Decodes into `pixels`; `line` holds one CMYK row. Returns false with the text in `manager`.
bool decode_into(ByteSpan bytes, const ImageInfo& info, std::uint8_t* pixels, std::uint8_t* line, ErrorManager& manager) {
  jpeg_progress_mgr progress{};
  progress.progress_monitor = on_progress;
  jpeg_decompress_struct state{};
  state.err = &manager.base;
  if (setjmp(manager.escape) != 0) {
    jpeg_destroy_decompress(&state);
    return false;
  }
  open(state, bytes);
  state.progress = &progress;
  jpeg_start_decompress(&state);
  const std::size_t stride = static_cast<std::size_t>(info.width) * static_cast<std::size_t>(info.channels);
  const bool is_cmyk = state.out_color_space == JCS_CMYK;
  while (state.output_scanline < state.output_height) {
    std::uint8_t* target = pixels + stride * state.output_scanline;
    JSAMPROW row = is_cmyk ? line : target;
    jpeg_read_scanlines(&state, &row, 1);
    if (is_cmyk) cmyk_to_rgb(line, target, static_cast<std::size_t>(info.width), state.saw_Adobe_marker);
  }
  jpeg_finish_decompress(&state);
  jpeg_destroy_decompress(&state);
  return true;
}

Result<Tensor> decode(ByteSpan bytes, const ImageInfo& info) {
  Tensor image = Tensor::empty(DType::kU8, Shape{info.height, info.width, info.channels});
  std::vector<std::uint8_t> line(static_cast<std::size_t>(info.width) * 4);
  ErrorManager manager;
  install(manager);
  if (!decode_into(bytes, info, image.data<std::uint8_t>(), line.data(), manager)) return corrupt(manager);
  return image;
}

bool encode_into(const Tensor& image, int quality, unsigned char** buffer, unsigned long* size, ErrorManager& manager) {
  jpeg_compress_struct state{};
  state.err = &manager.base;
  if (setjmp(manager.escape) != 0) {
    jpeg_destroy_compress(&state);
    return false;
  }
  jpeg_create_compress(&state);
  jpeg_mem_dest(&state, buffer, size);
  state.image_height = static_cast<JDIMENSION>(image.shape()[0]);
  state.image_width = static_cast<JDIMENSION>(image.shape()[1]);
  state.input_components = static_cast<int>(image.shape()[2]);
  state.in_color_space = state.input_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, quality, TRUE);
  jpeg_start_compress(&state, TRUE);
  std::uint8_t* pixels = image.data<std::uint8_t>();
  const std::size_t stride = std::size_t{state.image_width} * static_cast<std::size_t>(state.input_components);
  while (state.next_scanline < state.image_height) {
    JSAMPROW row = pixels + stride * state.next_scanline;
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  return true;
}

constexpr std::array<std::string_view, 4> kExtensions{"jpg", "jpeg", "jpe", "jfif"};

}  // namespace

Result<std::string> encode_jpeg(const Tensor& image, int quality) {
  if (image.dtype() != DType::kU8 || image.shape().rank() != 3 || (image.shape()[2] != 1 && image.shape()[2] != 3)) {
    fail(ErrorCode::kInvalidArgument, "encode_jpeg: expects u8 [height, width, 1 or 3], got {}", image.type().to_string());
  }
  const Tensor pixels = image.contiguous();
  ErrorManager manager;
  install(manager);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  const bool ok = encode_into(pixels, quality, &buffer, &size, manager);
  std::string bytes(reinterpret_cast<const char*>(buffer), buffer == nullptr ? 0 : size);
  std::free(buffer);
  if (!ok) return make_error(ErrorCode::kInvalidArgument, "encode_jpeg: {}", manager.text.data());
  return bytes;
}

const ImageFormat kJpegFormat{.name = "jpeg", .extensions = kExtensions, .matches = matches, .read_info = read_info, .decode = decode};

}  // namespace lepton::data
