// How keys, streams and places become random bits; the one definition that all backends follow bit for bit.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <type_traits>

#include "lepton/base/random.hpp"

namespace lepton::kernels::ref {

struct RandomSource {
  std::uint64_t seed, step, stream;

  /// The four words of element `i`.
  std::array<std::uint32_t, 4> block(std::int64_t i) const {
    const auto place = static_cast<std::uint64_t>(i);
    return philox4x32({static_cast<std::uint32_t>(place), static_cast<std::uint32_t>(place >> 32), static_cast<std::uint32_t>(stream),
                       static_cast<std::uint32_t>(step)},
                      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>((seed >> 32) ^ (step >> 32) ^ (stream >> 32))});
  }
};

/// An element is dropped when its first word is below this.
inline std::uint64_t drop_threshold(double rate) { return static_cast<std::uint64_t>(std::ceil(rate * 0x1.0p32)); }

/// Uniform in [0, 1): 24 bits for float, 53 for double, so that rounding never gives 1.
template <class T>
double unit_number(const std::array<std::uint32_t, 4>& words) {
  if constexpr (std::is_same_v<T, float>) {
    return static_cast<double>(words[0] >> 8) * 0x1.0p-24;
  } else {
    return static_cast<double>((static_cast<std::uint64_t>(words[0]) << 21) ^ (words[1] >> 11)) * 0x1.0p-53;
  }
}

/// Standard normal, by Box and Muller.
inline double normal_number(const std::array<std::uint32_t, 4>& words) {
  const double u = (static_cast<double>(words[0]) + 0.5) * 0x1.0p-32, v = static_cast<double>(words[1]) * 0x1.0p-32;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

}  // namespace lepton::kernels::ref
