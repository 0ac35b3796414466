// Tile functions of the integer arithmetic that vector code does not cover: all widths, division by zero defined as 0.
#include <limits>
#include <type_traits>

#include "lepton/kernels/cpu/simd/tile.hpp"
#include "lepton/tensor/convert.hpp"

namespace lepton::kernels::simd {
namespace {

template <class T, class F>
void map1(const TileCall& call, const F& f) {
  const T* xs = call.input<T>(0);
  T* out = call.output<T>();
  for (std::int64_t i = 0; i < call.count; ++i) out[i] = f(xs[i]);
}
template <class T, class Result, class F>
void map2(const TileCall& call, const F& f) {
  const T *xs = call.input<T>(0), *ys = call.input<T>(1);
  Result* out = call.output<Result>();
  for (std::int64_t i = 0; i < call.count; ++i) out[i] = static_cast<Result>(f(xs[i], ys[i]));
}

// In 64 unsigned bits, where wrapping is defined and right modulo any smaller power of two.
template <class T>
std::uint64_t wide(T value) {
  return static_cast<std::uint64_t>(value);
}

template <class T>
T divide(T x, T y) {
  if (y == 0) return 0;
  if constexpr (std::is_signed_v<T>) {
    if (y == T{-1}) return static_cast<T>(0 - wide(x));  // lowest / -1 would trap
  }
  return static_cast<T>(x / y);
}
template <class T>
T modulo(T x, T y) {
  if (y == 0) return 0;
  if constexpr (std::is_signed_v<T>) {
    if (y == T{-1}) return 0;
  }
  const T rest = static_cast<T>(x % y);
  return rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y) : rest;
}
template <class T>
T power(T x, T y) {
  if constexpr (std::is_signed_v<T>) {
    if (y < 0) return x == 1 ? T{1} : x == T{-1} ? (y % 2 == 0 ? T{1} : T{-1}) : T{0};
  }
  T result = 1;
  for (; y != 0; y = static_cast<T>(y / 2), x = static_cast<T>(wide(x) * wide(x))) {
    if (y % 2 != 0) result = static_cast<T>(wide(result) * wide(x));
  }
  return result;
}

#define LEPTON_INTEGER_BINARY(name, Result, expression)                 \
  template <class T>                                                    \
  void name(const TileCall& call) {                                     \
    map2<T, Result>(call, [](T x, T y) { return Result(expression); }); \
  }
#define LEPTON_INTEGER_UNARY(name, expression)                     \
  template <class T>                                               \
  void name(const TileCall& call) {                                \
    map1<T>(call, [](T x) { return static_cast<T>(expression); }); \
  }
LEPTON_INTEGER_BINARY(add, T, wide(x) + wide(y))
LEPTON_INTEGER_BINARY(sub, T, wide(x) - wide(y))
LEPTON_INTEGER_BINARY(mul, T, wide(x) * wide(y))
LEPTON_INTEGER_BINARY(div, T, divide(x, y))
LEPTON_INTEGER_BINARY(mod, T, modulo(x, y))
LEPTON_INTEGER_BINARY(pow, T, power(x, y))
LEPTON_INTEGER_BINARY(maximum, T, x > y ? x : y)
LEPTON_INTEGER_BINARY(minimum, T, x < y ? x : y)
LEPTON_INTEGER_BINARY(equal, bool, x == y)
LEPTON_INTEGER_BINARY(not_equal, bool, x != y)
LEPTON_INTEGER_BINARY(less, bool, x < y)
LEPTON_INTEGER_BINARY(less_equal, bool, x <= y)
LEPTON_INTEGER_BINARY(greater, bool, x > y)
LEPTON_INTEGER_BINARY(greater_equal, bool, x >= y)
LEPTON_INTEGER_UNARY(neg, 0 - wide(x))
LEPTON_INTEGER_UNARY(square, wide(x) * wide(x))
LEPTON_INTEGER_UNARY(abs_tile, x < T{0} ? 0 - wide(x) : wide(x))
LEPTON_INTEGER_UNARY(sign, (x > T{0}) - (x < T{0}))
LEPTON_INTEGER_UNARY(relu, x < T{0} ? T{0} : x)

template <class T>
void clip(const TileCall& call) {
  const T low = convert<T>(call.parameters[0]), high = convert<T>(call.parameters[1]);
  map1<T>(call, [&](T x) { return x < low ? low : x > high ? high : x; });
}

#define LEPTON_INTEGERS(op, function, ...)                                     \
  {op, DType::kI8, function<std::int8_t> __VA_OPT__(, ) __VA_ARGS__},          \
      {op, DType::kI16, function<std::int16_t> __VA_OPT__(, ) __VA_ARGS__},    \
      {op, DType::kI32, function<std::int32_t> __VA_OPT__(, ) __VA_ARGS__},    \
      {op, DType::kI64, function<std::int64_t> __VA_OPT__(, ) __VA_ARGS__},    \
      {op, DType::kU8, function<std::uint8_t> __VA_OPT__(, ) __VA_ARGS__},     \
      {op, DType::kU16, function<std::uint16_t> __VA_OPT__(, ) __VA_ARGS__},   \
      {op, DType::kU32, function<std::uint32_t> __VA_OPT__(, ) __VA_ARGS__}, { \
    op, DType::kU64, function<std::uint64_t> __VA_OPT__(, ) __VA_ARGS__        \
  }

constexpr TileEntry kTable[] = {
    LEPTON_INTEGERS("abs", abs_tile),
    LEPTON_INTEGERS("add", add),
    LEPTON_INTEGERS("clip", clip, "min", "max"),
    LEPTON_INTEGERS("div", div),
    LEPTON_INTEGERS("equal", equal),
    LEPTON_INTEGERS("greater", greater),
    LEPTON_INTEGERS("greater_equal", greater_equal),
    LEPTON_INTEGERS("less", less),
    LEPTON_INTEGERS("less_equal", less_equal),
    LEPTON_INTEGERS("maximum", maximum),
    LEPTON_INTEGERS("minimum", minimum),
    LEPTON_INTEGERS("mod", mod),
    LEPTON_INTEGERS("mul", mul),
    LEPTON_INTEGERS("neg", neg),
    LEPTON_INTEGERS("not_equal", not_equal),
    LEPTON_INTEGERS("pow", pow),
    LEPTON_INTEGERS("relu", relu),
    LEPTON_INTEGERS("sign", sign),
    LEPTON_INTEGERS("square", square),
    LEPTON_INTEGERS("sub", sub),
};

}  // namespace

std::span<const TileEntry> integer_tiles() { return kTable; }

}  // namespace lepton::kernels::simd
