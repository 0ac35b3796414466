// TIFF through libtiff with memory callbacks and bounded allocations: the first page, 1 to 8 bits as u8, 16 bits as u16.
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>

#include "lepton/data/image/internal/formats.hpp"

namespace lepton::data {
namespace {

constexpr tmsize_t kMaxSingleAllocation = tmsize_t{1} << 30;

// The file in memory as libtiff's client, and the first error it reported.
struct Source {
  ByteSpan bytes;
  std::uint64_t position = 0;
  std::array<char, 256> error{};
};

tmsize_t read_source(thandle_t handle, void* buffer, tmsize_t size) {
  auto* source = static_cast<Source*>(handle);
  if (size <= 0 || source->position >= source->bytes.size()) return 0;
  const auto count = std::min<std::uint64_t>(static_cast<std::uint64_t>(size), source->bytes.size() - source->position);
  std::memcpy(buffer, source->bytes.data() + source->position, count);
  source->position += count;
  return static_cast<tmsize_t>(count);
}

tmsize_t write_source(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek_source(thandle_t handle, toff_t offset, int whence) {
  auto* source = static_cast<Source*>(handle);
  if (whence == SEEK_CUR) offset += source->position;
  if (whence == SEEK_END) offset += source->bytes.size();
  source->position = offset;
  return offset;
}

int close_source(thandle_t) { return 0; }
toff_t size_source(thandle_t handle) { return static_cast<Source*>(handle)->bytes.size(); }

int keep_error(TIFF*, void* data, const char*, const char* format, va_list arguments) {
  auto* source = static_cast<Source*>(data);
  if (source->error[0] == '\0') std::vsnprintf(source->error.data(), source->error.size(), format, arguments);
  return 1;
}

int drop_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

using Handle = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

Handle open(Source& source) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMaxSingleAllocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), drop_warning, &source);
  return {TIFFClientOpenExt("picture", "rm", &source, read_source, write_source, seek_source, close_source, size_source, nullptr, nullptr,
                            options.get()),
          TIFFClose};
}

Error corrupt(const Source& source) {
  return make_error(ErrorCode::kDataCorrupt, "tiff: {}", source.error[0] == '\0' ? "damaged" : source.error.data());
}

template <class T>
T tag(TIFF* file, std::uint32_t name, T otherwise) {
  T value = otherwise;
  return TIFFGetFieldDefaulted(file, name, &value) == 1 ? value : otherwise;
}

bool matches(ByteSpan bytes) {
  constexpr std::string_view kLittle("II\x2A\0", 4), kBig("MM\0\x2A", 4), kBigTiffLittle("II\x2B\0", 4), kBigTiffBig("MM\0\x2B", 4);
  return starts_with(bytes, kLittle) || starts_with(bytes, kBig) || starts_with(bytes, kBigTiffLittle) || starts_with(bytes, kBigTiffBig);
}

// Pictures of 16 bits are read row by row as stored; everything else goes through libtiff's RGBA reader.
Result<ImageInfo> describe(TIFF* file) {
  ImageInfo info{.format = "tiff",
                 .height = tag<std::uint32_t>(file, TIFFTAG_IMAGELENGTH, 0),
                 .width = tag<std::uint32_t>(file, TIFFTAG_IMAGEWIDTH, 0)};
  const int bits = tag<std::uint16_t>(file, TIFFTAG_BITSPERSAMPLE, 1), samples = tag<std::uint16_t>(file, TIFFTAG_SAMPLESPERPIXEL, 1);
  const int photometric = tag<std::uint16_t>(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  const int sample_format = tag<std::uint16_t>(file, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  const bool grey = photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
  if (sample_format != SAMPLEFORMAT_UINT && sample_format != SAMPLEFORMAT_VOID) {
    return Error(ErrorCode::kUnsupported, "tiff: only unsigned integer samples are supported; convert the picture to 8 or 16 bits");
  }
  if (bits > 16 || samples > 4) return make_error(ErrorCode::kUnsupported, "tiff: {} samples of {} bits are not supported", samples, bits);
  info.orientation = tag<std::uint16_t>(file, TIFFTAG_ORIENTATION, 1);
  info.channels = (grey ? 1 : 3) + (samples == (grey ? 2 : 4) && photometric != PHOTOMETRIC_SEPARATED ? 1 : 0);
  if (bits == 16) {
    const bool plain = (grey || photometric == PHOTOMETRIC_RGB) &&
                       tag<std::uint16_t>(file, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_CONTIG;
    if (!plain || TIFFIsTiled(file) != 0 || samples != info.channels) {
      return Error(ErrorCode::kUnsupported, "tiff: this 16-bit layout is not supported; save it in strips, grey or RGB");
    }
    info.dtype = DType::kU16;
  }
  return info;
}

Result<ImageInfo> read_info(ByteSpan bytes) {
  Source source{.bytes = bytes};
  const Handle file = open(source);
  if (!file) return corrupt(source);
  return describe(file.get());
}

Result<Tensor> decode_deep(TIFF* file, const ImageInfo& info, const Source& source) {
  Tensor image = Tensor::empty(DType::kU16, Shape{info.height, info.width, info.channels});
  const auto row_values = static_cast<std::size_t>(info.width * info.channels);
  if (TIFFScanlineSize(file) != static_cast<tmsize_t>(row_values * 2)) return corrupt(source);
  const bool inverted = tag<std::uint16_t>(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) == PHOTOMETRIC_MINISWHITE;
  std::uint16_t* target = image.data<std::uint16_t>();
  for (std::uint32_t y = 0; y < static_cast<std::uint32_t>(info.height); ++y, target += row_values) {
    if (TIFFReadScanline(file, target, y, 0) != 1) return corrupt(source);
    if (!inverted) continue;
    for (std::size_t x = 0; x < row_values; ++x) target[x] = static_cast<std::uint16_t>(65535 - target[x]);
  }
  return image;
}

Result<Tensor> decode_shallow(TIFF* file, const ImageInfo& info, const Source& source) {
  std::vector<std::uint32_t> raster(static_cast<std::size_t>(info.width * info.height));
  const auto width = static_cast<std::uint32_t>(info.width), height = static_cast<std::uint32_t>(info.height);
  // Asking for the picture's own orientation makes libtiff leave the rows as stored; the caller turns it upright.
  if (TIFFReadRGBAImageOriented(file, width, height, raster.data(), info.orientation, 1) != 1) return corrupt(source);
  Tensor image = Tensor::empty(DType::kU8, Shape{info.height, info.width, info.channels});
  std::uint8_t* target = image.data<std::uint8_t>();
  for (const std::uint32_t pixel : raster) {
    *target++ = static_cast<std::uint8_t>(TIFFGetR(pixel));
    if (info.channels >= 3) *target++ = static_cast<std::uint8_t>(TIFFGetG(pixel));
    if (info.channels >= 3) *target++ = static_cast<std::uint8_t>(TIFFGetB(pixel));
    if (info.channels % 2 == 0) *target++ = static_cast<std::uint8_t>(TIFFGetA(pixel));
  }
  return image;
}

Result<Tensor> decode(ByteSpan bytes, const ImageInfo& info) {
  Source source{.bytes = bytes};
  const Handle file = open(source);
  if (!file) return corrupt(source);
  Result<Tensor> image = info.dtype == DType::kU16 ? decode_deep(file.get(), info, source) : decode_shallow(file.get(), info, source);
  // libtiff reports some damage and goes on; for us a damaged picture is an error.
  if (image && source.error[0] != '\0') return corrupt(source);
  return image;
}

constexpr std::array<std::string_view, 2> kExtensions{"tif", "tiff"};

}  // namespace

const ImageFormat kTiffFormat{.name = "tiff", .extensions = kExtensions, .matches = matches, .read_info = read_info, .decode = decode};

}  // namespace lepton::data
