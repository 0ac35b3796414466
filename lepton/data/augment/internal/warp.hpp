// Pixels moved by a map from the result back to the picture, between pixels by bilinear interpolation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "lepton/tensor/shape.hpp"

namespace lepton::data {

struct PictureSize {
  std::int64_t height, width, channels;
  explicit PictureSize(const Shape& shape) : height(shape[0]), width(shape[1]), channels(shape[2]) {}
};

struct PicturePlace {
  double y, x;
};

/// Fills `to` with what lies at place_of(dy, dx) of `from`, both counted from the middle of the result and the corner of the picture;
/// places outside are moved to the edge.
template <class PlaceOf>
void warp(const std::vector<std::uint8_t>& from, std::span<std::uint8_t> to, const PictureSize& size, PlaceOf&& place_of) {
  const double middle_y = static_cast<double>(size.height - 1) / 2, middle_x = static_cast<double>(size.width - 1) / 2;
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < size.width; ++x) {
      const PicturePlace place = place_of(static_cast<double>(y) - middle_y, static_cast<double>(x) - middle_x);
      const double sy = std::clamp(place.y, 0.0, static_cast<double>(size.height - 1));
      const double sx = std::clamp(place.x, 0.0, static_cast<double>(size.width - 1));
      const auto y0 = static_cast<std::int64_t>(sy), x0 = static_cast<std::int64_t>(sx);
      const std::int64_t y1 = std::min(y0 + 1, size.height - 1), x1 = std::min(x0 + 1, size.width - 1);
      const double fy = sy - static_cast<double>(y0), fx = sx - static_cast<double>(x0);
      const auto at = [&](std::int64_t row, std::int64_t column, std::int64_t channel) {
        return static_cast<double>(from[static_cast<std::size_t>((row * size.width + column) * size.channels + channel)]);
      };
      for (std::int64_t k = 0; k < size.channels; ++k) {
        const double top = at(y0, x0, k) * (1 - fx) + at(y0, x1, k) * fx, bottom = at(y1, x0, k) * (1 - fx) + at(y1, x1, k) * fx;
        to[static_cast<std::size_t>((y * size.width + x) * size.channels + k)] =
            static_cast<std::uint8_t>(top * (1 - fy) + bottom * fy + 0.5);
      }
    }
  }
}

}  // namespace lepton::data
