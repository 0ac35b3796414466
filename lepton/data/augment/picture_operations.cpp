// Values go through tables where they can; blends cut fractions off, as Pillow does.
#include "lepton/data/augment/picture_operations.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "lepton/base/error.hpp"
#include "lepton/data/augment/internal/warp.hpp"

namespace lepton::data {
namespace {

using Table = std::array<std::uint8_t, 256>;
using Histogram = std::array<std::int64_t, 256>;

std::uint8_t cut(double value) { return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)); }

template <class TableOf>
void map_channels(PictureBytes picture, const Shape& shape, TableOf&& table_of) {
  const auto channels = static_cast<std::size_t>(shape[2]);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    Histogram histogram{};
    for (std::size_t i = channel; i < picture.size(); i += channels) ++histogram[picture[i]];
    const Table table = table_of(histogram);
    for (std::size_t i = channel; i < picture.size(); i += channels) picture[i] = table[picture[i]];
  }
}

Table identity() {
  Table table;
  std::iota(table.begin(), table.end(), std::uint8_t{0});
  return table;
}

Table stretched(const Histogram& histogram) {
  const auto is_there = [](std::int64_t count) { return count > 0; };
  const auto low = std::find_if(histogram.begin(), histogram.end(), is_there) - histogram.begin();
  const auto high = 255 - (std::find_if(histogram.rbegin(), histogram.rend(), is_there) - histogram.rbegin());
  if (high <= low) return identity();
  const double scale = 255.0 / static_cast<double>(high - low), offset = static_cast<double>(-low) * scale;
  Table table;
  for (std::size_t v = 0; v < table.size(); ++v) table[v] = cut(static_cast<double>(v) * scale + offset);
  return table;
}

Table evened(const Histogram& histogram) {
  const auto last = std::find_if(histogram.rbegin(), histogram.rend(), [](std::int64_t count) { return count > 0; });
  const std::int64_t step = (std::accumulate(histogram.begin(), histogram.end(), std::int64_t{0}) - *last) / 255;
  if (step == 0) return identity();
  Table table;
  std::int64_t below = step / 2;
  for (std::size_t v = 0; v < table.size(); ++v) {
    table[v] = static_cast<std::uint8_t>(std::min<std::int64_t>(below / step, 255));
    below += histogram[v];
  }
  return table;
}

// ITU-R 601 luma in fixed point; of other channels than three the first.
std::uint8_t grey_of(const std::uint8_t* pixel, std::int64_t channels) {
  if (channels != 3) return pixel[0];
  return static_cast<std::uint8_t>((pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16);
}

// Single precision, so that fractions are cut off where Pillow cuts them.
std::uint8_t blend(std::uint8_t from, std::uint8_t to, double factor) {
  const float value = static_cast<float>(from) + static_cast<float>(factor) * static_cast<float>(to - from);
  return static_cast<std::uint8_t>(std::clamp(value, 0.0f, 255.0f));
}

std::vector<std::uint8_t> smoothed(PictureBytes picture, const PictureSize& size) {
  std::vector<std::uint8_t> result(picture.begin(), picture.end());
  const std::int64_t row = size.width * size.channels;
  for (std::int64_t y = 1; y + 1 < size.height; ++y) {
    for (std::int64_t i = y * row + size.channels; i < (y + 1) * row - size.channels; ++i) {
      int sum = 4 * picture[static_cast<std::size_t>(i)];  // the middle weighs 5, its neighbours 1
      for (const std::int64_t line : {i - row, i, i + row}) {
        for (const std::int64_t place : {line - size.channels, line, line + size.channels}) sum += picture[static_cast<std::size_t>(place)];
      }
      result[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sum / 13.0 + 0.5);
    }
  }
  return result;
}

// The matrix takes an offset from the middle of the result to one from the middle of the picture; then comes the move.
struct Move {
  double yy = 1, yx = 0, xy = 0, xx = 1, y = 0, x = 0;
};

void move(PictureBytes picture, const Shape& shape, const Move& m) {
  const PictureSize size(shape);
  const double middle_y = static_cast<double>(size.height - 1) / 2 + m.y, middle_x = static_cast<double>(size.width - 1) / 2 + m.x;
  const std::vector<std::uint8_t> before(picture.begin(), picture.end());
  warp(before, picture, size, [&](double dy, double dx) {
    return PicturePlace{middle_y + m.yy * dy + m.yx * dx, middle_x + m.xy * dy + m.xx * dx};
  });
}

Move turn_by(double angle) { return {std::cos(angle), std::sin(angle), -std::sin(angle), std::cos(angle)}; }

}  // namespace

void auto_contrast(PictureBytes picture, const Shape& shape) { map_channels(picture, shape, stretched); }
void equalize(PictureBytes picture, const Shape& shape) { map_channels(picture, shape, evened); }

void solarize(PictureBytes picture, int threshold) {
  for (std::uint8_t& v : picture) v = v < threshold ? v : static_cast<std::uint8_t>(255 - v);
}

void posterize(PictureBytes picture, int bits) {
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - bits));
  for (std::uint8_t& v : picture) v &= mask;
}

void change_color(PictureBytes picture, const Shape& shape, double factor) {
  if (shape[2] != 3) return;
  for (std::size_t i = 0; i < picture.size(); i += 3) {
    const std::uint8_t grey = grey_of(&picture[i], 3);
    for (std::size_t k = i; k < i + 3; ++k) picture[k] = blend(grey, picture[k], factor);
  }
}

void change_contrast(PictureBytes picture, const Shape& shape, double factor) {
  const auto channels = static_cast<std::size_t>(shape[2]);
  double sum = 0;
  for (std::size_t i = 0; i < picture.size(); i += channels) sum += grey_of(&picture[i], shape[2]);
  const auto mean = static_cast<std::uint8_t>(sum / static_cast<double>(picture.size() / channels) + 0.5);
  for (std::uint8_t& v : picture) v = blend(mean, v, factor);
}

void change_brightness(PictureBytes picture, double factor) {
  for (std::uint8_t& v : picture) v = blend(0, v, factor);
}

void change_sharpness(PictureBytes picture, const Shape& shape, double factor) {
  const std::vector<std::uint8_t> smooth = smoothed(picture, PictureSize(shape));
  for (std::size_t i = 0; i < picture.size(); ++i) picture[i] = blend(smooth[i], picture[i], factor);
}

void apply_operation(PictureOperation operation, double strength, bool negative, PictureBytes picture, const Shape& shape) {
  LEPTON_ASSERT(shape.rank() == 3 && static_cast<std::int64_t>(picture.size()) == shape.num_elements(), "augment: not a picture");
  const double signed_strength = negative ? -strength : strength, factor = 1 + 0.9 * signed_strength;
  switch (operation) {
    case PictureOperation::kIdentity:
      return;
    case PictureOperation::kAutoContrast:
      return auto_contrast(picture, shape);
    case PictureOperation::kEqualize:
      return equalize(picture, shape);
    case PictureOperation::kRotate:
      return move(picture, shape, turn_by(signed_strength * std::numbers::pi / 6));
    case PictureOperation::kSolarize:
      return solarize(picture, static_cast<int>(256 * (1 - strength)));
    case PictureOperation::kColor:
      return change_color(picture, shape, factor);
    case PictureOperation::kPosterize:
      return posterize(picture, 8 - static_cast<int>(4 * strength));
    case PictureOperation::kContrast:
      return change_contrast(picture, shape, factor);
    case PictureOperation::kBrightness:
      return change_brightness(picture, factor);
    case PictureOperation::kSharpness:
      return change_sharpness(picture, shape, factor);
    case PictureOperation::kShearX:
      return move(picture, shape, {.xy = 0.3 * signed_strength});
    case PictureOperation::kShearY:
      return move(picture, shape, {.yx = 0.3 * signed_strength});
    case PictureOperation::kTranslateX:
      return move(picture, shape, {.x = 0.45 * signed_strength * static_cast<double>(shape[1])});
    case PictureOperation::kTranslateY:
      return move(picture, shape, {.y = 0.45 * signed_strength * static_cast<double>(shape[0])});
  }
  LEPTON_UNREACHABLE("picture operation without a name");
}

}  // namespace lepton::data
