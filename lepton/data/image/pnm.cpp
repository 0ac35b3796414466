// PBM, PGM and PPM, ASCII (P1-P3) and binary (P4-P6), with any maximum value up to 65535; values are scaled to the full range.
#include <algorithm>
#include <array>
#include <limits>

#include "lepton/data/image/internal/formats.hpp"

namespace lepton::data {
namespace {

struct Header {
  int kind = 0;  // the digit after 'P'
  std::int64_t width = 0;
  std::int64_t height = 0;
  int max_value = 1;
  std::size_t data_offset = 0;

  bool is_bitmap() const { return kind == 1 || kind == 4; }
  bool is_ascii() const { return kind <= 3; }
  int channels() const { return kind == 3 || kind == 6 ? 3 : 1; }
};

Error corrupt(std::string_view what) { return make_error(ErrorCode::kDataCorrupt, "pnm: {}", what); }

char at(ByteSpan bytes, std::size_t i) { return std::to_integer<char>(bytes[i]); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Skips white space and comments, then reads a number of at most `limit`. Leaves `position` on the byte after it.
Result<std::int64_t> read_number(ByteSpan bytes, std::size_t& position, std::int64_t limit, bool one_digit = false) {
  while (position < bytes.size() && (is_space(at(bytes, position)) || at(bytes, position) == '#')) {
    if (at(bytes, position) == '#') {
      while (position < bytes.size() && at(bytes, position) != '\n' && at(bytes, position) != '\r') ++position;
    } else {
      ++position;
    }
  }
  if (position >= bytes.size()) return corrupt("the file ends too early");
  std::int64_t value = -1;
  while (position < bytes.size() && at(bytes, position) >= '0' && at(bytes, position) <= '9') {
    value = (value < 0 ? 0 : value) * 10 + (at(bytes, position++) - '0');
    if (value > limit) return make_error(ErrorCode::kDataCorrupt, "pnm: a number is larger than {}", limit);
    if (one_digit) break;
  }
  if (value < 0) return make_error(ErrorCode::kDataCorrupt, "pnm: expected a number at byte {}", position);
  return value;
}

Result<Header> read_header(ByteSpan bytes) {
  constexpr std::int64_t kMaxSide = std::int64_t{1} << 31;
  Header header{.kind = at(bytes, 1) - '0'};
  std::size_t position = 2;
  LEPTON_TRY(header.width, read_number(bytes, position, kMaxSide));
  LEPTON_TRY(header.height, read_number(bytes, position, kMaxSide));
  if (!header.is_bitmap()) {
    LEPTON_TRY(const std::int64_t max_value, read_number(bytes, position, 65535));
    if (max_value == 0) return corrupt("the maximum value is 0");
    header.max_value = static_cast<int>(max_value);
  }
  // Exactly one white-space byte separates the header from binary pixels.
  if (position >= bytes.size() || !is_space(at(bytes, position))) return corrupt("the header does not end in white space");
  header.data_offset = position + 1;
  return header;
}

bool matches(ByteSpan bytes) {
  return bytes.size() >= 3 && at(bytes, 0) == 'P' && at(bytes, 1) >= '1' && at(bytes, 1) <= '6' &&
         (is_space(at(bytes, 2)) || at(bytes, 2) == '#');
}

Result<ImageInfo> read_info(ByteSpan bytes) {
  LEPTON_TRY(const Header header, read_header(bytes));
  ImageInfo info{.format = "pnm", .height = header.height, .width = header.width, .channels = header.channels()};
  info.dtype = header.max_value > 255 ? DType::kU16 : DType::kU8;
  return info;
}

template <class T>
T scaled(std::int64_t value, int max_value) {
  constexpr std::int64_t kFull = std::numeric_limits<T>::max();
  return static_cast<T>((std::min<std::int64_t>(value, max_value) * kFull + max_value / 2) / max_value);
}

template <class T>
Result<void> decode_ascii(ByteSpan bytes, const Header& header, std::span<T> pixels) {
  std::size_t position = header.data_offset;
  for (T& pixel : pixels) {
    LEPTON_TRY(const std::int64_t value, read_number(bytes, position, 65535, header.is_bitmap()));
    if (value > header.max_value)
      return make_error(ErrorCode::kDataCorrupt, "pnm: value {} is above the maximum {}", value, header.max_value);
    pixel = header.is_bitmap() ? (value == 0 ? T{255} : T{0}) : scaled<T>(value, header.max_value);
  }
  return {};
}

void decode_bitmap(ByteSpan data, std::int64_t width, std::span<std::uint8_t> pixels) {
  const std::size_t row_bytes = static_cast<std::size_t>(width + 7) / 8;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t y = i / static_cast<std::size_t>(width), x = i % static_cast<std::size_t>(width);
    const auto byte = std::to_integer<unsigned>(data[y * row_bytes + x / 8]);
    pixels[i] = ((byte >> (7 - x % 8)) & 1u) != 0 ? 0 : 255;
  }
}

template <class T>
void decode_binary(ByteSpan data, const Header& header, std::span<T> pixels) {
  const ByteReader reader(data, true);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = scaled<T>(*reader.read<T>(i * sizeof(T)), header.max_value);
}

template <class T>
Result<Tensor> decode_as(ByteSpan bytes, const Header& header) {
  const std::int64_t count = header.width * header.height * header.channels();
  const ByteSpan data = bytes.subspan(header.data_offset);
  // Checked before the pixels are allocated: an ASCII pixel takes at least one byte too.
  std::int64_t needed = header.is_ascii() ? count : count * static_cast<std::int64_t>(sizeof(T));
  if (header.kind == 4) needed = (header.width + 7) / 8 * header.height;
  if (static_cast<std::int64_t>(data.size()) < needed) return corrupt("the file ends before its last pixel");
  Tensor image = Tensor::empty(dtype_of<T>, Shape{header.height, header.width, header.channels()});
  if (header.is_ascii()) {
    LEPTON_CHECK_OK(decode_ascii<T>(bytes, header, image.span<T>()));
  } else if (header.kind == 4) {
    if constexpr (sizeof(T) == 1) decode_bitmap(data, header.width, image.span<T>());
  } else {
    decode_binary<T>(data, header, image.span<T>());
  }
  return image;
}

Result<Tensor> decode(ByteSpan bytes, const ImageInfo& info) {
  LEPTON_TRY(const Header header, read_header(bytes));
  return info.dtype == DType::kU16 ? decode_as<std::uint16_t>(bytes, header) : decode_as<std::uint8_t>(bytes, header);
}

constexpr std::array<std::string_view, 4> kExtensions{"pgm", "ppm", "pnm", "pbm"};

}  // namespace

Result<std::string> encode_pnm(const Tensor& image) {
  if (image.dtype() != DType::kU8 || image.shape().rank() != 3 || (image.shape()[2] != 1 && image.shape()[2] != 3)) {
    fail(ErrorCode::kInvalidArgument, "encode_pnm: expects u8 [height, width, 1 or 3], got {}", image.type().to_string());
  }
  const Tensor pixels = image.contiguous();
  std::string bytes = fmt::format("P{}\n{} {}\n255\n", image.shape()[2] == 1 ? 5 : 6, image.shape()[1], image.shape()[0]);
  bytes.append(reinterpret_cast<const char*>(pixels.bytes()), static_cast<std::size_t>(pixels.num_elements()));
  return bytes;
}

const ImageFormat kPnmFormat{.name = "pnm", .extensions = kExtensions, .matches = matches, .read_info = read_info, .decode = decode};

}  // namespace lepton::data
