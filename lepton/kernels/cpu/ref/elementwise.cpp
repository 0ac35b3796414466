// Reference arithmetic: integers wrap around, division by an integer zero gives 0, NaN goes through.
#include <cmath>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"
#include "lepton/tensor/convert.hpp"

namespace lepton::kernels::ref {
namespace {

template <class T>
T sub(T x, T y) {
  if constexpr (std::is_integral_v<T>) return static_cast<T>(bits_of(x) - bits_of(y));
  return x - y;
}
template <class T>
T mul(T x, T y) {
  if constexpr (std::is_integral_v<T>) return static_cast<T>(bits_of(x) * bits_of(y));
  return x * y;
}

// Truncates; -1 is apart because lowest / -1 traps.
template <class T>
T div(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    if (y == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (y == T{-1}) return sub(T{0}, x);
    }
    return static_cast<T>(x / y);
  }
  return x / y;
}

// The remainder with the sign of the divisor.
template <class T>
T mod(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    if (y == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (y == T{-1}) return 0;
    }
    const T rest = static_cast<T>(x % y);
    return rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y) : rest;
  } else {
    const T rest = std::fmod(x, y);
    if (rest == 0) return std::copysign(T{0}, y);
    return (rest < 0) != (y < 0) ? rest + y : rest;
  }
}

// Integers: by squaring; negative exponents truncate the exact result towards 0.
template <class T>
T pow(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_signed_v<T>) {
      if (y < 0) return x == 1 ? T{1} : x == T{-1} ? (y % 2 == 0 ? T{1} : T{-1}) : T{0};
    }
    T result = 1;
    for (; y != 0; y = static_cast<T>(y / 2), x = mul(x, x)) {
      if (y % 2 != 0) result = mul(result, x);
    }
    return result;
  } else {
    return std::pow(x, y);
  }
}

template <class T>
bool is_nan(T x) {
  return x != x;
}
template <class T>
T maximum(T x, T y) {
  return is_nan(x) || x > y ? x : y;
}
template <class T>
T minimum(T x, T y) {
  return is_nan(x) || x < y ? x : y;
}
template <class T>
T sign(T x) {
  return is_nan(x) ? x : static_cast<T>((x > T{0}) - (x < T{0}));
}
template <class T>
T abs(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::fabs(x);
  return x < T{0} ? sub(T{0}, x) : x;
}

LEPTON_SCALAR(Add, (T x, T y), wrapping_sum(x, y));
LEPTON_SCALAR(Sub, (T x, T y), sub(x, y));
LEPTON_SCALAR(Mul, (T x, T y), mul(x, y));
LEPTON_SCALAR(Div, (T x, T y), div(x, y));
LEPTON_SCALAR(Mod, (T x, T y), mod(x, y));
LEPTON_SCALAR(Pow, (T x, T y), pow(x, y));
LEPTON_SCALAR(Maximum, (T x, T y), maximum(x, y));
LEPTON_SCALAR(Minimum, (T x, T y), minimum(x, y));
LEPTON_SCALAR(Neg, (T x), std::is_integral_v<T> ? sub(T{0}, x) : static_cast<T>(-x));
LEPTON_SCALAR(Abs, (T x), abs(x));
LEPTON_SCALAR(Sign, (T x), sign(x));
LEPTON_SCALAR(Square, (T x), mul(x, x));
LEPTON_SCALAR(Sqrt, (T x), std::sqrt(x));
LEPTON_SCALAR(Rsqrt, (T x), 1 / std::sqrt(x));
LEPTON_SCALAR(Reciprocal, (T x), 1 / x);
LEPTON_SCALAR(Floor, (T x), std::floor(x));
LEPTON_SCALAR(Ceil, (T x), std::ceil(x));
// In the default rounding mode: half to even.
LEPTON_SCALAR(Round, (T x), std::nearbyint(x));

struct Clip {
  explicit Clip(const Attributes& attributes) : min(attributes.number("min")), max(attributes.number("max")) {}
  template <class T>
  T operator()(T x) const {
    const T low = convert<T>(min), high = convert<T>(max);
    return x < low ? low : x > high ? high : x;
  }
  double min, max;
};

void cast(const RefCall& call) {
  visit_dtype(call.dtype(0), [&]<class From>(TypeTag<From>) {
    visit_dtype(call.output_dtype(), [&]<class To>(TypeTag<To>) {
      const From* x = call.input<From>(0);
      To* y = call.output<To>();
      const std::int64_t count = call.output_shape().num_elements();
      for (std::int64_t i = 0; i < count; ++i) y[i] = convert<To>(x[i]);
    });
  });
}

constexpr RefEntry kTable[] = {
    {"abs", unary<Abs>},
    {"add", binary<Add>},
    {"cast", cast},
    {"ceil", unary_float<Ceil>},
    {"clip", unary<Clip>},
    {"div", binary<Div>},
    {"floor", unary_float<Floor>},
    {"maximum", binary<Maximum>},
    {"minimum", binary<Minimum>},
    {"mod", binary<Mod>},
    {"mul", binary<Mul>},
    {"neg", unary<Neg>},
    {"pow", binary<Pow>},
    {"reciprocal", unary_float<Reciprocal>},
    {"round", unary_float<Round>},
    {"rsqrt", unary_float<Rsqrt>},
    {"sign", unary<Sign>},
    {"sqrt", unary_float<Sqrt>},
    {"square", unary<Square>},
    {"sub", binary<Sub>},
};

}  // namespace

std::span<const RefEntry> elementwise_table() { return kTable; }

}  // namespace lepton::kernels::ref
