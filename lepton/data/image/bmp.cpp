// BMP by our own bounded reader: 1 to 32 bits, palettes, bit fields, RLE4 and RLE8, both row orders. The pattern for a new format.
#include <algorithm>
#include <array>
#include <bit>

#include "lepton/data/image/internal/formats.hpp"

namespace lepton::data {
namespace {

enum Compression : std::uint32_t { kRgb = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6 };

struct Header {
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool top_down = false;
  int bits = 0;
  std::uint32_t compression = kRgb;
  std::size_t data_offset = 0;
  std::size_t palette_offset = 0;
  std::size_t palette_size = 0;
  std::size_t palette_entry_bytes = 4;
  std::array<std::uint32_t, 4> masks{};  // red, green, blue, alpha

  bool has_palette() const { return bits <= 8; }
  int channels() const { return masks[3] != 0 ? 4 : 3; }
};

Error corrupt(std::string_view what) { return make_error(ErrorCode::kDataCorrupt, "bmp: {}", what); }

Result<void> read_masks(const ByteReader& reader, std::uint32_t header_size, Header& header) {
  if (header.bits == 16) header.masks = {0x7C00, 0x03E0, 0x001F, 0};
  if (header.bits == 32) header.masks = {0x00FF0000, 0x0000FF00, 0x000000FF, 0};
  if (header.compression != kBitFields && header.compression != kAlphaBitFields) return {};
  if (header.bits != 16 && header.bits != 32) return corrupt("bit fields need 16 or 32 bits a pixel");
  const std::size_t count = header_size >= 56 || header.compression == kAlphaBitFields ? 4 : 3;
  for (std::size_t i = 0; i < count; ++i) {
    const auto mask = reader.read<std::uint32_t>(14 + 40 + 4 * i);
    if (!mask) return corrupt("the header is cut off");
    header.masks[i] = *mask;
  }
  return {};
}

Result<void> read_old_header(const ByteReader& reader, Header& header) {
  const auto width = reader.read<std::uint16_t>(18), height = reader.read<std::uint16_t>(20), bits = reader.read<std::uint16_t>(24);
  if (!bits) return corrupt("the header is cut off");
  header.width = *width;
  header.height = *height;
  header.bits = *bits;
  header.palette_entry_bytes = 3;
  return {};
}

Result<std::uint32_t> read_new_header(const ByteReader& reader, Header& header) {
  const auto width = reader.read<std::int32_t>(18), height = reader.read<std::int32_t>(22);
  const auto bits = reader.read<std::uint16_t>(28);
  const auto compression = reader.read<std::uint32_t>(30), colours = reader.read<std::uint32_t>(46);
  if (!colours) return corrupt("the header is cut off");
  header.width = *width;
  header.top_down = *height < 0;
  header.height = header.top_down ? -std::int64_t{*height} : *height;
  header.bits = *bits;
  header.compression = *compression;
  return *colours;
}

Result<void> check_variant(const Header& header) {
  constexpr std::array<int, 6> kBits{1, 4, 8, 16, 24, 32};
  if (std::ranges::find(kBits, header.bits) == kBits.end()) {
    return make_error(ErrorCode::kUnsupported, "bmp: {} bits a pixel are not supported", header.bits);
  }
  const bool fits = header.compression == kRgb || (header.compression == kRle8 && header.bits == 8) ||
                    (header.compression == kRle4 && header.bits == 4) || header.compression == kBitFields ||
                    header.compression == kAlphaBitFields;
  if (!fits) return make_error(ErrorCode::kUnsupported, "bmp: compression {} is not supported", header.compression);
  return {};
}

Result<Header> read_header(ByteSpan bytes) {
  const ByteReader reader(bytes, false);
  Header header;
  const auto data_offset = reader.read<std::uint32_t>(10), header_size = reader.read<std::uint32_t>(14);
  if (!header_size) return corrupt("the header is cut off");
  header.data_offset = *data_offset;
  std::uint32_t colours = 0;
  if (*header_size == 12) {
    LEPTON_CHECK_OK(read_old_header(reader, header));
  } else if (*header_size >= 40 && *header_size <= 1024) {
    LEPTON_TRY(colours, read_new_header(reader, header));
  } else {
    return make_error(ErrorCode::kUnsupported, "bmp: a header of {} bytes is not known", *header_size);
  }
  LEPTON_CHECK_OK(check_variant(header));
  LEPTON_CHECK_OK(read_masks(reader, *header_size, header));
  header.palette_offset = std::size_t{14} + *header_size;
  if (header.has_palette()) {
    const std::size_t most = std::size_t{1} << header.bits;
    header.palette_size = colours == 0 ? most : std::min<std::size_t>(colours, most);
  }
  if (header.data_offset > bytes.size()) return corrupt("the file ends before its pixels");
  return header;
}

bool matches(ByteSpan bytes) { return bytes.size() >= 18 && starts_with(bytes, "BM"); }

Result<ImageInfo> read_info(ByteSpan bytes) {
  LEPTON_TRY(const Header header, read_header(bytes));
  return ImageInfo{.format = "bmp", .height = header.height, .width = header.width, .channels = header.channels()};
}

using Colour = std::array<std::uint8_t, 3>;

Result<std::vector<Colour>> read_palette(ByteSpan bytes, const Header& header) {
  const ByteReader reader(bytes, false);
  std::vector<Colour> palette(256, Colour{});
  for (std::size_t i = 0; i < header.palette_size; ++i) {
    const std::size_t entry = header.palette_offset + i * header.palette_entry_bytes;
    const auto blue = reader.read<std::uint8_t>(entry), green = reader.read<std::uint8_t>(entry + 1),
               red = reader.read<std::uint8_t>(entry + 2);
    if (!red) return corrupt("the palette is cut off");
    palette[i] = {*red, *green, *blue};
  }
  return palette;
}

// Takes the bits of `mask` out of a pixel and scales them to 0..255.
std::uint8_t field(std::uint32_t pixel, std::uint32_t mask) {
  if (mask == 0) return 0;
  const std::uint64_t top = mask >> std::countr_zero(mask);
  const std::uint64_t value = (pixel & mask) >> std::countr_zero(mask);
  return static_cast<std::uint8_t>((value * 255 + top / 2) / top);
}

// Colours of one stored row.
void decode_row(ByteSpan row, const Header& header, const std::vector<Colour>& palette, std::uint8_t* target) {
  const ByteReader reader(row, false);
  const int channels = header.channels();
  for (std::int64_t x = 0; x < header.width; ++x, target += channels) {
    const auto i = static_cast<std::size_t>(x);
    if (header.has_palette()) {
      const std::size_t bit = i * static_cast<std::size_t>(header.bits);
      const unsigned byte = std::to_integer<unsigned>(row[bit / 8]);
      const unsigned index = (byte >> (8 - static_cast<std::size_t>(header.bits) - bit % 8)) & ((1u << header.bits) - 1u);
      std::ranges::copy(palette[index], target);
    } else if (header.bits == 24) {
      for (std::size_t c = 0; c < 3; ++c) target[c] = std::to_integer<std::uint8_t>(row[3 * i + 2 - c]);
    } else {
      const std::uint32_t pixel = header.bits == 16 ? *reader.read<std::uint16_t>(2 * i) : *reader.read<std::uint32_t>(4 * i);
      for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) target[c] = field(pixel, header.masks[c]);
    }
  }
}

// Expands RLE4 or RLE8 into palette indices, bottom row first; pixels that are skipped get index 0.
class RunLengthDecoder {
 public:
  RunLengthDecoder(ByteSpan data, const Header& header)
      : data_(data), header_(header), indices_(static_cast<std::size_t>(header.width * header.height), 0) {}

  Result<std::vector<std::uint8_t>> run() {
    while (y_ < header_.height) {
      const int count = next(), value = next();
      if (value < 0) return corrupt("the run-length data is cut off");
      if (count > 0) {
        for (int i = 0; i < count; ++i) put(nibble(value, i));
      } else if (value == 1) {
        break;
      } else if (!escape(value)) {
        return corrupt("the run-length data is cut off");
      }
    }
    return std::move(indices_);
  }

 private:
  int next() { return position_ < data_.size() ? std::to_integer<int>(data_[position_++]) : -1; }
  int nibble(int value, int i) const { return header_.compression == kRle8 ? value : (i % 2 == 0 ? value >> 4 : value & 15); }
  void put(int value) {
    if (x_ < header_.width && y_ < header_.height)
      indices_[static_cast<std::size_t>(y_ * header_.width + x_)] = static_cast<std::uint8_t>(value);
    if (x_ < header_.width) ++x_;
  }
  bool escape(int code) {
    if (code == 0) {
      x_ = 0;
      ++y_;
      return true;
    }
    if (code == 2) {
      const int right = next(), up = next();
      if (up < 0) return false;
      x_ = std::min(header_.width, x_ + right);
      y_ += up;
      return true;
    }
    const int bytes = header_.compression == kRle8 ? code : (code + 1) / 2;
    int value = 0;
    for (int i = 0; i < code; ++i) {
      if (header_.compression == kRle8 || i % 2 == 0) value = next();
      if (value < 0) return false;
      put(nibble(value, i));
    }
    if (bytes % 2 == 1) next();  // runs are padded to 16 bits
    return true;
  }

  ByteSpan data_;
  const Header& header_;
  std::vector<std::uint8_t> indices_;
  std::size_t position_ = 0;
  std::int64_t x_ = 0;
  std::int64_t y_ = 0;
};

Result<Tensor> decode(ByteSpan bytes, const ImageInfo& info) {
  LEPTON_TRY(const Header header, read_header(bytes));
  const ByteSpan data = bytes.subspan(header.data_offset);
  const bool run_length = header.compression == kRle4 || header.compression == kRle8;
  const std::size_t row_bytes = static_cast<std::size_t>((info.width * header.bits + 31) / 32) * 4;
  if (!run_length && data.size() / row_bytes < static_cast<std::size_t>(info.height)) return corrupt("the file ends before its last pixel");
  // A two-byte code gives at most 255 pixels or skips 255 rows; a claim far beyond that is refused before it is allocated.
  if (run_length && info.height * info.width / 65536 > static_cast<std::int64_t>(data.size())) return corrupt("too few bytes for its size");
  std::vector<Colour> palette;
  if (header.has_palette()) {
    LEPTON_TRY(palette, read_palette(bytes, header));
  }
  std::vector<std::uint8_t> indices;
  if (run_length) {
    LEPTON_TRY(indices, RunLengthDecoder(data, header).run());
  }
  Tensor image = Tensor::empty(DType::kU8, Shape{info.height, info.width, info.channels});
  const std::size_t stride = static_cast<std::size_t>(info.width * info.channels);
  for (std::int64_t y = 0; y < info.height; ++y) {
    const auto stored = static_cast<std::size_t>(header.top_down ? y : info.height - 1 - y);
    std::uint8_t* target = image.data<std::uint8_t>() + static_cast<std::size_t>(y) * stride;
    if (run_length) {
      const std::uint8_t* row = indices.data() + stored * static_cast<std::size_t>(info.width);
      for (std::int64_t x = 0; x < info.width; ++x) std::ranges::copy(palette[row[x]], target + 3 * x);
    } else {
      decode_row(data.subspan(stored * row_bytes, row_bytes), header, palette, target);
    }
  }
  return image;
}

constexpr std::array<std::string_view, 2> kExtensions{"bmp", "dib"};

}  // namespace

const ImageFormat kBmpFormat{.name = "bmp", .extensions = kExtensions, .matches = matches, .read_info = read_info, .decode = decode};

}  // namespace lepton::data
