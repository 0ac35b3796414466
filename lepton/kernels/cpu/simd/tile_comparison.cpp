// Tile functions of comparisons, logic, selection and the commonest casts. Results of comparisons are bytes 0 and 1.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/tile_comparison.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include <cmath>
#include <limits>

#include "lepton/kernels/cpu/simd/tile.hpp"
#include "lepton/kernels/cpu/simd/vector_loop.hpp"

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

#define LEPTON_LOOP LEPTON_VECTOR_LOOP for (std::int64_t i = 0; i < call.count; ++i)

#define LEPTON_COMPARE_TILE(name, expression)               \
  template <class T>                                        \
  void name(const TileCall& call) {                         \
    const T *xs = call.input<T>(0), *ys = call.input<T>(1); \
    auto* out = call.output<std::uint8_t>();                \
    LEPTON_LOOP {                                           \
      const T x = xs[i], y = ys[i];                         \
      out[i] = static_cast<std::uint8_t>(expression);       \
    }                                                       \
  }
#define LEPTON_TEST_TILE(name, expression)            \
  template <class T>                                  \
  void name(const TileCall& call) {                   \
    const T* xs = call.input<T>(0);                   \
    auto* out = call.output<std::uint8_t>();          \
    LEPTON_LOOP {                                     \
      const T x = xs[i];                              \
      out[i] = static_cast<std::uint8_t>(expression); \
    }                                                 \
  }

LEPTON_COMPARE_TILE(equal, x == y)
LEPTON_COMPARE_TILE(not_equal, x != y)
LEPTON_COMPARE_TILE(less, x < y)
LEPTON_COMPARE_TILE(less_equal, x <= y)
LEPTON_COMPARE_TILE(greater, x > y)
LEPTON_COMPARE_TILE(greater_equal, x >= y)
LEPTON_COMPARE_TILE(logical_and, x& y)
LEPTON_COMPARE_TILE(logical_or, x | y)
LEPTON_COMPARE_TILE(logical_xor, x ^ y)
LEPTON_TEST_TILE(logical_not, x ^ 1)
LEPTON_TEST_TILE(is_nan, x != x)
LEPTON_TEST_TILE(is_inf, std::fabs(x) == std::numeric_limits<T>::infinity())

template <class T>
void where(const TileCall& call) {
  const auto* condition = call.input<std::uint8_t>(0);
  const T *xs = call.input<T>(1), *ys = call.input<T>(2);
  T* out = call.output<T>();
  LEPTON_LOOP { out[i] = condition[i] != 0 ? xs[i] : ys[i]; }
}

// Conversions whose every value the target can round to: no range checks.
template <class From, class To>
void widen(const TileCall& call) {
  const From* xs = call.input<From>(0);
  To* out = call.output<To>();
  LEPTON_LOOP { out[i] = static_cast<To>(xs[i]); }
}

#define LEPTON_COMPARABLE(op, function)                                                                               \
  {op, DType::kF32, function<float>}, {op, DType::kF64, function<double>}, {op, DType::kI32, function<std::int32_t>}, \
      {op, DType::kI64, function<std::int64_t>}, {op, DType::kU8, function<std::uint8_t>}, {                          \
    op, DType::kBool, function<std::uint8_t>                                                                          \
  }

}  // namespace

std::span<const TileEntry> comparison_table() {
  static constexpr TileEntry kTable[] = {
      LEPTON_COMPARABLE("equal", equal),
      LEPTON_COMPARABLE("not_equal", not_equal),
      LEPTON_COMPARABLE("less", less),
      LEPTON_COMPARABLE("less_equal", less_equal),
      LEPTON_COMPARABLE("greater", greater),
      LEPTON_COMPARABLE("greater_equal", greater_equal),
      {"logical_and", DType::kBool, logical_and<std::uint8_t>},
      {"logical_or", DType::kBool, logical_or<std::uint8_t>},
      {"logical_xor", DType::kBool, logical_xor<std::uint8_t>},
      {"logical_not", DType::kBool, logical_not<std::uint8_t>},
      {"is_nan", DType::kF32, is_nan<float>},
      {"is_nan", DType::kF64, is_nan<double>},
      {"is_inf", DType::kF32, is_inf<float>},
      {"is_inf", DType::kF64, is_inf<double>},
  };
  return kTable;
}

// By size of element: a selection only copies.
TileFunction where_function(std::size_t size) {
  switch (size) {
    case 1:
      return where<std::uint8_t>;
    case 2:
      return where<std::uint16_t>;
    case 4:
      return where<std::uint32_t>;
    default:
      return where<std::uint64_t>;
  }
}

TileFunction widening_function(DType from, DType to) {
  if (to == DType::kF32) {
    if (from == DType::kU8 || from == DType::kBool) return widen<std::uint8_t, float>;
    if (from == DType::kI8) return widen<std::int8_t, float>;
    if (from == DType::kI32) return widen<std::int32_t, float>;
    if (from == DType::kI64) return widen<std::int64_t, float>;
    if (from == DType::kF64) return widen<double, float>;
  }
  if (to == DType::kF64) {
    if (from == DType::kF32) return widen<float, double>;
    if (from == DType::kI32) return widen<std::int32_t, double>;
    if (from == DType::kI64) return widen<std::int64_t, double>;
  }
  return nullptr;
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
HWY_EXPORT(comparison_table);
HWY_EXPORT(where_function);
HWY_EXPORT(widening_function);
std::span<const TileEntry> comparison_tiles() { return HWY_DYNAMIC_DISPATCH(comparison_table)(); }
TileFunction where_tile(DType dtype) { return HWY_DYNAMIC_DISPATCH(where_function)(size_of(dtype)); }
TileFunction fast_cast_tile(DType from, DType to) { return HWY_DYNAMIC_DISPATCH(widening_function)(from, to); }
}  // namespace lepton::kernels::simd
#endif
