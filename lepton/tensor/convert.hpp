// Conversion of one element between any two dtypes, the same everywhere: Tensor::cast, the cast operator, readers.
#pragma once

#include <limits>
#include <type_traits>

#include "lepton/tensor/dtype.hpp"

namespace lepton {

/// static_cast with defined results: float to integer truncates and saturates, NaN becomes 0; integers wrap; bool is "not zero".
template <class To, class From>
To convert(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<From, Half> || std::is_same_v<From, BFloat16>) {
    return convert<To>(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, Half> || std::is_same_v<To, BFloat16>) {
    return To(static_cast<float>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    if (value != value) return To{0};
    constexpr auto kLow = static_cast<From>(std::numeric_limits<To>::lowest());
    constexpr auto kHigh = static_cast<From>(std::numeric_limits<To>::max());
    if (value <= kLow) return std::numeric_limits<To>::lowest();
    if (value >= kHigh) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace lepton
