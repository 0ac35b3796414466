// Tile functions of arithmetic and of piecewise linear activations: plain loops that the compiler turns into vector code for each
// instruction set. They are exact, so that every vector length gives the same bits.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/tile_arithmetic.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include <cmath>
#include <type_traits>

#include "lepton/kernels/cpu/simd/tile.hpp"
#include "lepton/kernels/cpu/simd/vector_loop.hpp"

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

// Operands may be the result, but only element for element: no dependence between iterations.
#define LEPTON_LOOP LEPTON_VECTOR_LOOP for (std::int64_t i = 0; i < call.count; ++i)

#define LEPTON_UNARY_TILE(name, expression)                          \
  template <class T>                                                 \
  void name(const TileCall& call) {                                  \
    [[maybe_unused]] const T p = static_cast<T>(call.parameters[0]); \
    [[maybe_unused]] const T q = static_cast<T>(call.parameters[1]); \
    const T* xs = call.input<T>(0);                                  \
    T* out = call.output<T>();                                       \
    LEPTON_LOOP {                                                    \
      const T x = xs[i];                                             \
      out[i] = static_cast<T>(expression);                           \
    }                                                                \
  }
#define LEPTON_BINARY_TILE(name, expression)                \
  template <class T>                                        \
  void name(const TileCall& call) {                         \
    const T *xs = call.input<T>(0), *ys = call.input<T>(1); \
    T* out = call.output<T>();                              \
    LEPTON_LOOP {                                           \
      const T x = xs[i], y = ys[i];                         \
      out[i] = static_cast<T>(expression);                  \
    }                                                       \
  }

// Integers wrap around, which unsigned arithmetic defines.
template <class T>
auto wrapping(T value) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<std::make_unsigned_t<T>>(value);
  } else {
    return value;
  }
}

template <class T>
T absolute(T x) {
  if constexpr (std::is_integral_v<T>)
    return x < T{0} ? static_cast<T>(0 - wrapping(x)) : x;
  else
    return std::fabs(x);
}

template <class T>
T unit_clamp(T x) {
  return x < T{0} ? T{0} : x > T{1} ? T{1} : x;
}

LEPTON_BINARY_TILE(add, wrapping(x) + wrapping(y))
LEPTON_BINARY_TILE(sub, wrapping(x) - wrapping(y))
LEPTON_BINARY_TILE(mul, wrapping(x) * wrapping(y))
LEPTON_BINARY_TILE(div, x / y)
LEPTON_BINARY_TILE(maximum, (x != x || x > y) ? x : y)
LEPTON_BINARY_TILE(minimum, (x != x || x < y) ? x : y)
LEPTON_BINARY_TILE(prelu, x > T{0} ? x : y * x)
LEPTON_BINARY_TILE(relu_gradient, x > T{0} ? y : T{0})

LEPTON_UNARY_TILE(neg, std::is_integral_v<T> ? T{0} - wrapping(x) : -x)
LEPTON_UNARY_TILE(square, wrapping(x) * wrapping(x))
LEPTON_UNARY_TILE(abs_tile, absolute(x))
LEPTON_UNARY_TILE(sign, x != x ? x : static_cast<T>(static_cast<T>(x > T{0}) - static_cast<T>(x < T{0})))
LEPTON_UNARY_TILE(relu, x < T{0} ? T{0} : x)
LEPTON_UNARY_TILE(sqrt_tile, std::sqrt(x))
LEPTON_UNARY_TILE(rsqrt, T{1} / std::sqrt(x))
LEPTON_UNARY_TILE(reciprocal, T{1} / x)
LEPTON_UNARY_TILE(floor_tile, std::floor(x))
LEPTON_UNARY_TILE(ceil_tile, std::ceil(x))
LEPTON_UNARY_TILE(round_tile, std::nearbyint(x))
LEPTON_UNARY_TILE(clip, x<p ? p : x> q ? q : x)
LEPTON_UNARY_TILE(leaky_relu, x > T{0} ? x : p * x)
LEPTON_UNARY_TILE(softsign, x / (T{1} + std::fabs(x)))
LEPTON_UNARY_TILE(hard_sigmoid, unit_clamp(p* x + q))
LEPTON_UNARY_TILE(hard_swish, x* unit_clamp(x / T{6} + T{0.5}))

#define LEPTON_FLOATS(op, function) \
  {op, DType::kF32, function<float>}, { op, DType::kF64, function<double> }
#define LEPTON_FLOATS_WITH(op, function, ...) \
  {op, DType::kF32, function<float>, __VA_ARGS__}, { op, DType::kF64, function<double>, __VA_ARGS__ }
#define LEPTON_NUMBERS(op, function) \
  LEPTON_FLOATS(op, function), {op, DType::kI32, function<std::int32_t>}, { op, DType::kI64, function<std::int64_t> }

}  // namespace

std::span<const TileEntry> arithmetic_table() {
  static constexpr TileEntry kTable[] = {
      LEPTON_NUMBERS("add", add),
      LEPTON_NUMBERS("sub", sub),
      LEPTON_NUMBERS("mul", mul),
      LEPTON_NUMBERS("maximum", maximum),
      LEPTON_NUMBERS("minimum", minimum),
      LEPTON_NUMBERS("neg", neg),
      LEPTON_NUMBERS("square", square),
      LEPTON_NUMBERS("abs", abs_tile),
      LEPTON_NUMBERS("sign", sign),
      LEPTON_NUMBERS("relu", relu),
      LEPTON_FLOATS("div", div),
      LEPTON_FLOATS("relu_gradient", relu_gradient),
      LEPTON_FLOATS("prelu", prelu),
      LEPTON_FLOATS("sqrt", sqrt_tile),
      LEPTON_FLOATS("rsqrt", rsqrt),
      LEPTON_FLOATS("reciprocal", reciprocal),
      LEPTON_FLOATS("floor", floor_tile),
      LEPTON_FLOATS("ceil", ceil_tile),
      LEPTON_FLOATS("round", round_tile),
      LEPTON_FLOATS("softsign", softsign),
      LEPTON_FLOATS("hard_swish", hard_swish),
      LEPTON_FLOATS_WITH("clip", clip, "min", "max"),
      LEPTON_FLOATS_WITH("leaky_relu", leaky_relu, "negative_slope"),
      LEPTON_FLOATS_WITH("hard_sigmoid", hard_sigmoid, "alpha", "beta"),
  };
  return kTable;
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
HWY_EXPORT(arithmetic_table);
std::span<const TileEntry> arithmetic_tiles() { return HWY_DYNAMIC_DISPATCH(arithmetic_table)(); }
}  // namespace lepton::kernels::simd
#endif
