// Decoders against pixels that Pillow reads, and against files that lie.
#include "lepton/data/image/codec.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstdlib>
// clang-format off: jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>
// clang-format on

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"

namespace lepton::data {
namespace {

const std::string kFolder = std::string(LEPTON_SOURCE_DIR) + "/lepton/data/testdata/images/";

std::string load(const std::string& name) { return read_file(local_files(), kFolder + name, 1 << 24).value(); }
std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }
Json load_cases() { return parse_json(load("cases.json")).value(); }

std::string with_u32_be(std::string text, std::size_t offset, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) text[offset + i] = static_cast<char>(value >> (24 - 8 * i));
  return text;
}

TEST(ImageCodec, DecodesWhatPillowDecodes) {
  for (const Json& test : load_cases()) {
    const std::string name = test["file"];
    SCOPED_TRACE(name);
    const auto image = decode_image(bytes_of(load(name)));
    ASSERT_TRUE(image) << image.error().message();
    EXPECT_EQ(image->shape(), Shape(test["shape"].get<Dims>()));
    EXPECT_EQ(name_of(image->dtype()), test["dtype"].get<std::string>());
    const std::string raw = load(name + ".raw");
    ASSERT_EQ(raw.size(), static_cast<std::size_t>(image->type().size_bytes()));
    const Tensor expected = Tensor::empty(image->dtype(), image->shape());
    std::memcpy(expected.bytes(), raw.data(), raw.size());
    const auto want = expected.to_vector<int>(), got = image->to_vector<int>();
    int worst = 0;
    for (std::size_t i = 0; i < want.size(); ++i) worst = std::max(worst, std::abs(want[i] - got[i]));
    EXPECT_LE(worst, test["tolerance"].get<int>());
  }
}

TEST(ImageCodec, EveryTruncationIsAnErrorOrHarmless) {
  for (const Json& test : load_cases()) {
    const std::string name = test["file"];
    SCOPED_TRACE(name);
    const std::string whole = load(name);
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 60) {
      // On the heap at its exact size, so that the address sanitizer sees any read beyond it.
      const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const auto image = decode_image(std::as_bytes(std::span(cut)));
      if (size < whole.size() * 9 / 10) {
        EXPECT_FALSE(image) << size;
      }
    }
  }
}

TEST(ImageCodec, TruncatedJpegIsNotAGreyHalf) {
  const std::string whole = load("rgb.jpg");
  const auto image = decode_image(bytes_of(whole.substr(0, whole.size() - 40)));
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code(), ErrorCode::kDataCorrupt);
}

TEST(ImageCodec, DamageInTheMiddleNeverCrashes) {
  for (const Json& test : load_cases()) {
    const std::string whole = load(test["file"].get<std::string>());
    for (std::size_t i = 0; i < whole.size(); i += 1 + whole.size() / 100) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ 0xFF);
      const auto image = decode_image(bytes_of(damaged), {.max_pixels = 1 << 20});
      if (image) {
        EXPECT_EQ(image->shape().rank(), 3);
      }
    }
  }
}

TEST(ImageCodec, RefusesEnormousClaimsByTheHeader) {
  std::string png = with_u32_be(with_u32_be(load("rgb.png"), 16, 30'000), 20, 30'000);
  const auto checksum = crc32(0, reinterpret_cast<const unsigned char*>(png.data()) + 12, 17);
  png = with_u32_be(png, 29, static_cast<std::uint32_t>(checksum));
  EXPECT_EQ(decode_image(bytes_of(png)).error().code(), ErrorCode::kResourceExhausted);
  const auto pnm = decode_image(bytes_of("P5 2000000000 2000000000 255\nabc"));
  ASSERT_FALSE(pnm);
  EXPECT_EQ(pnm.error().code(), ErrorCode::kResourceExhausted);
  std::string bmp = load("rgb.bmp");
  bmp.replace(18, 8, std::string("\xFF\xFF\xFF\x7F\xFF\xFF\xFF\x7F", 8));
  EXPECT_EQ(decode_image(bytes_of(bmp)).error().code(), ErrorCode::kResourceExhausted);
  std::string jpeg = load("rgb.jpg");
  const std::size_t frame = jpeg.find("\xFF\xC0");
  jpeg.replace(frame + 5, 4, "\xFF\xDC\xFF\xDC");
  EXPECT_EQ(decode_image(bytes_of(jpeg)).error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(decode_image(bytes_of(load("rgb.ppm")), {.max_pixels = 100}).error().code(), ErrorCode::kResourceExhausted);
}

TEST(ImageCodec, RefusesClaimsThatTheBytesCannotHold) {
  EXPECT_EQ(decode_image(bytes_of("P5 9000 9000 255\nabc")).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(decode_image(bytes_of("P2 9000 9000 255\n1 2 3")).error().code(), ErrorCode::kDataCorrupt);
}

TEST(ImageCodec, NamesUnknownAndEmptyFiles) {
  EXPECT_EQ(decode_image(bytes_of("")).error().code(), ErrorCode::kDataCorrupt);
  EXPECT_EQ(decode_image(bytes_of("hello world")).error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(read_image(local_files(), kFolder + "none.png").error().code(), ErrorCode::kNotFound);
  EXPECT_NE(read_image(local_files(), kFolder + "cases.json").error().message().find("cases.json"), std::string::npos);
}

TEST(ImageCodec, ContentDecidesNotTheExtension) {
  EXPECT_TRUE(is_image_extension("jpg"));
  EXPECT_FALSE(is_image_extension("txt"));
  EXPECT_EQ(find_image_format(bytes_of(load("rgb.bmp")))->name, "bmp");
  EXPECT_EQ(find_image_format(bytes_of("P9 ")), nullptr);
}

// One colour as Adobe writes four inks: inverted, and with the first three turned into YCC on request.
std::string four_inks(std::array<unsigned char, 4> inks, J_COLOR_SPACE stored) {
  jpeg_error_mgr errors;
  jpeg_compress_struct state{};
  state.err = jpeg_std_error(&errors);
  jpeg_create_compress(&state);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&state, &buffer, &size);
  state.image_width = state.image_height = 16;
  state.input_components = 4;
  state.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&state);
  jpeg_set_colorspace(&state, stored);
  jpeg_start_compress(&state, TRUE);
  std::vector<unsigned char> row;
  for (int x = 0; x < 16; ++x) row.insert(row.end(), inks.begin(), inks.end());
  for (auto& ink : row) ink = static_cast<unsigned char>(255 - ink);
  while (state.next_scanline < 16) {
    JSAMPROW line = row.data();
    jpeg_write_scanlines(&state, &line, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  std::string bytes(reinterpret_cast<char*>(buffer), size);
  std::free(buffer);
  return bytes;
}

TEST(ImageCodec, FourInksBecomeRgb) {
  // Half of the light through magenta, three quarters through black.
  const std::string plain = four_inks({0, 128, 0, 64}, JCS_YCCK);
  const Tensor image = decode_image(bytes_of(plain)).value();
  ASSERT_EQ(image.shape(), (Shape{16, 16, 3}));
  EXPECT_NEAR(image.data<std::uint8_t>()[0], 191, 2);
  EXPECT_NEAR(image.data<std::uint8_t>()[1], 95, 2);
  EXPECT_NEAR(image.data<std::uint8_t>()[2], 191, 2);
}

TEST(ImageCodec, EncodersRoundTrip) {
  const Tensor image = decode_image(bytes_of(load("rgb.png"))).value();
  EXPECT_TRUE(same_bits(decode_image(bytes_of(encode_png(image).value())).value(), image));
  EXPECT_TRUE(same_bits(decode_image(bytes_of(encode_pnm(image).value())).value(), image));
  const Tensor deep = decode_image(bytes_of(load("rgb16.png"))).value();
  EXPECT_TRUE(same_bits(decode_image(bytes_of(encode_png(deep).value())).value(), deep));
  const Tensor lossy = decode_image(bytes_of(encode_jpeg(image, 95).value())).value();
  EXPECT_EQ(lossy.shape(), image.shape());
}

}  // namespace
}  // namespace lepton::data
