// The batch is copied first: a picture may be the partner of one that comes later.
#include "lepton/data/augment/mixing.hpp"

#include <algorithm>
#include <cmath>

namespace lepton::data {
namespace {

double draw_gamma(Random& random, double shape) {
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal(), v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

void mix_targets(const Tensor& targets, const Tensor& before, std::span<const std::int64_t> partner, double share) {
  const auto classes = static_cast<std::size_t>(targets.shape()[1]);
  const auto own = static_cast<float>(share), other = static_cast<float>(1 - share);
  float* to = targets.span<float>().data();
  const float* from = before.span<float>().data();
  for (std::size_t n = 0; n < partner.size(); ++n) {
    const float* second = from + static_cast<std::size_t>(partner[n]) * classes;
    for (std::size_t k = 0; k < classes; ++k) to[n * classes + k] = own * from[n * classes + k] + other * second[k];
  }
}

}  // namespace

double draw_beta(Random& random, double alpha) {
  if (alpha > 1) {
    const double x = draw_gamma(random, alpha), y = draw_gamma(random, alpha);
    return x / (x + y);
  }
  while (true) {
    // Powers of uniform numbers, by their logarithms: for small alphas the powers themselves would be 0.
    const double x = std::log(1 - random.uniform()) / alpha, y = std::log(1 - random.uniform()) / alpha;
    const double top = std::max(x, y), sum = top + std::log(std::exp(x - top) + std::exp(y - top));
    if (sum <= 0) return std::exp(x - sum);
  }
}

PictureWindow draw_window(Random& random, double share, std::int64_t height, std::int64_t width) {
  const double side = std::sqrt(share);
  const auto along = [&](std::int64_t size, std::int64_t& first, std::int64_t& length) {
    const auto whole = static_cast<std::int64_t>(side * static_cast<double>(size));
    const auto middle = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(size)));
    first = std::clamp<std::int64_t>(middle - whole / 2, 0, size);
    length = std::clamp<std::int64_t>(middle - whole / 2 + whole, 0, size) - first;
  };
  PictureWindow window;
  along(height, window.top, window.height);
  along(width, window.left, window.width);
  return window;
}

void mix_up(const Tensor& pictures, const Tensor& targets, std::span<const std::int64_t> partner, double share) {
  const Tensor before = pictures.copy(), targets_before = targets.copy();
  const std::size_t size = pictures.span<std::uint8_t>().size() / partner.size();
  std::uint8_t* to = pictures.span<std::uint8_t>().data();
  const std::uint8_t* from = before.span<std::uint8_t>().data();
  for (std::size_t n = 0; n < partner.size(); ++n) {
    const std::uint8_t* second = from + static_cast<std::size_t>(partner[n]) * size;
    for (std::size_t i = 0; i < size; ++i)
      to[n * size + i] = static_cast<std::uint8_t>(share * from[n * size + i] + (1 - share) * second[i] + 0.5);
  }
  mix_targets(targets, targets_before, partner, share);
}

void cut_mix(const Tensor& pictures, const Tensor& targets, std::span<const std::int64_t> partner, const PictureWindow& window) {
  const Tensor before = pictures.copy(), targets_before = targets.copy();
  const Shape& shape = pictures.shape();
  std::uint8_t* to = pictures.span<std::uint8_t>().data();
  const std::uint8_t* from = before.span<std::uint8_t>().data();
  for (std::size_t n = 0; n < partner.size(); ++n) {
    for (std::int64_t y = window.top; y < window.top + window.height; ++y) {
      const auto place = [&](std::int64_t picture) { return ((picture * shape[1] + y) * shape[2] + window.left) * shape[3]; };
      std::copy_n(from + place(partner[n]), window.width * shape[3], to + place(static_cast<std::int64_t>(n)));
    }
  }
  const double cut = static_cast<double>(window.height * window.width) / static_cast<double>(shape[1] * shape[2]);
  mix_targets(targets, targets_before, partner, 1 - cut);
}

}  // namespace lepton::data
