// Host-side random stream over Philox.
#include "lepton/base/random.hpp"

#include <cmath>
#include <numbers>

namespace lepton {

std::uint32_t Random::next_u32() {
  if (used_ == 4) {
    words_ = philox4x32({static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32), static_cast<std::uint32_t>(stream_),
                         static_cast<std::uint32_t>(stream_ >> 32)},
                        key_);
    ++block_;
    used_ = 0;
  }
  return words_[used_++];
}

std::uint64_t Random::next_u64() {
  const std::uint64_t high = next_u32();
  return (high << 32) | next_u32();
}

double Random::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  // Rejection: numbers from the incomplete last multiple of bound would favour small results.
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % bound + 1) % bound;
  std::uint64_t number = next_u64();
  while (number > limit) number = next_u64();
  return number % bound;
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace lepton
