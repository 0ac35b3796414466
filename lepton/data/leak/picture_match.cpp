// The confirming step of the leak guard.
#include "lepton/data/leak/internal/picture_match.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "lepton/data/image/codec.hpp"

namespace lepton::data {
namespace {

constexpr std::array<std::int64_t, 3> kScales{1, 2, 4};
// Rounding to whole levels alone makes such a difference.
constexpr double kFloor = 0.5;
// Colour is compared in the large only: coding halves its resolution.
constexpr std::int64_t kColourScale = 8;
constexpr double kColourLimit = 10;

// A rectangle of one channel or of the brightness.
struct Plane {
  std::int64_t height = 0, width = 0;
  std::vector<double> values;
};

struct Region {
  std::int64_t y = 0, x = 0, height = 0, width = 0;
};

// Value of a pixel: brightness, or (channel 0, 1) red or blue against it.
double value_of(const std::uint8_t* pixel, std::int64_t channels, int what) {
  const double grey =
      channels < 3 ? pixel[0] : static_cast<double>((pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u) >> 16);
  if (what == 0) return grey;
  return channels < 3 ? 0.0 : pixel[what == 1 ? 0 : 2] - grey;
}

Plane cut(const Tensor& picture, const Region& region, int what) {
  Plane plane{region.height, region.width, {}};
  plane.values.reserve(static_cast<std::size_t>(region.height * region.width));
  const std::int64_t channels = picture.shape()[2], width = picture.shape()[1];
  for (std::int64_t y = 0; y < region.height; ++y) {
    const std::uint8_t* pixel = picture.data<std::uint8_t>() + ((region.y + y) * width + region.x) * channels;
    for (std::int64_t x = 0; x < region.width; ++x, pixel += channels) plane.values.push_back(value_of(pixel, channels, what));
  }
  return plane;
}

// Root mean square of the difference, averaged over squares of `scale` pixels.
double difference(const Plane& a, const Plane& b, std::int64_t scale) {
  const std::int64_t rows = std::max<std::int64_t>(1, a.height / scale), columns = std::max<std::int64_t>(1, a.width / scale);
  const std::int64_t cell_height = std::min(scale, a.height), cell_width = std::min(scale, a.width);
  double total = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      double sum = 0;
      for (std::int64_t y = i * cell_height; y < (i + 1) * cell_height; ++y) {
        for (std::int64_t x = j * cell_width; x < (j + 1) * cell_width; ++x) {
          const auto at = static_cast<std::size_t>(y * a.width + x);
          sum += a.values[at] - b.values[at];
        }
      }
      const double mean = sum / static_cast<double>(cell_height * cell_width);
      total += mean * mean;
    }
  }
  return std::sqrt(total / static_cast<double>(rows * columns));
}

// What coding does to the region of a picture, at each scale.
Result<std::array<double, 3>> coding_noise(const Tensor& picture, const Region& region, int quality) {
  const GreyPicture grey(picture);
  const Tensor plain = Tensor::from(grey.pixels(), Shape{grey.height(), grey.width(), 1});
  LEPTON_TRY(const std::string coded, encode_jpeg(plain, quality));
  LEPTON_TRY(const Tensor decoded, decode_image(std::as_bytes(std::span(coded))));
  const Plane before = cut(plain, region, 0), after = cut(decoded, region, 0);
  std::array<double, 3> noise{};
  for (std::size_t i = 0; i < kScales.size(); ++i) noise[i] = difference(before, after, kScales[i]);
  return noise;
}

}  // namespace

Result<PictureMatch> match_pictures(const Tensor& first, const Tensor& second, int shift_x, int shift_y, int quality) {
  const Tensor a = first.contiguous(), b = second.contiguous();
  // A point (x, y) of the first is at (x + shift_x, y + shift_y) in the second.
  Region in_a{std::max(0, -shift_y), std::max(0, -shift_x)}, in_b{std::max(0, shift_y), std::max(0, shift_x)};
  in_a.height = in_b.height = std::min(a.shape()[0] - in_a.y, b.shape()[0] - in_b.y);
  in_a.width = in_b.width = std::min(a.shape()[1] - in_a.x, b.shape()[1] - in_b.x);
  const Plane grey_a = cut(a, in_a, 0), grey_b = cut(b, in_b, 0);
  std::array<double, 3> measured{};
  for (std::size_t i = 0; i < kScales.size(); ++i) measured[i] = difference(grey_a, grey_b, kScales[i]);
  PictureMatch match{.distance = measured[0]};
  LEPTON_TRY(const auto noise_a, coding_noise(a, in_a, quality));
  LEPTON_TRY(const auto noise_b, coding_noise(b, in_b, quality));
  for (std::size_t i = 0; i < kScales.size(); ++i)
    match.likeness = std::max(match.likeness, measured[i] / (std::max(noise_a[i], noise_b[i]) + kFloor));
  for (const int channel : {1, 2}) {
    const double colour = difference(cut(a, in_a, channel), cut(b, in_b, channel), kColourScale);
    if (colour > kColourLimit) match.likeness = std::max(match.likeness, colour);
  }
  return match;
}

}  // namespace lepton::data
