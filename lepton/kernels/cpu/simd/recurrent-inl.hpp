// Products of the rows of a batch with a recurrent kernel that is packed once and read in every step. Included once per instruction set.
//
// A panel holds `vectors` columns of vectors side by side, [depth][vectors][lanes], so that it is read in one stream and stays in cache
// while it meets all rows. The order of additions is that of the depth, whatever rows are computed together.
#if defined(LEPTON_SIMD_RECURRENT_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef LEPTON_SIMD_RECURRENT_INL
#undef LEPTON_SIMD_RECURRENT_INL
#else
#define LEPTON_SIMD_RECURRENT_INL
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <utility>

#include "lepton/kernels/cpu/simd/math-inl.hpp"
#include "lepton/kernels/cpu/simd/recurrent.hpp"

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {

HWY_INLINE std::int64_t float_lanes() { return static_cast<std::int64_t>(hn::Lanes(FloatTag())); }
HWY_INLINE std::int64_t rounded_up(std::int64_t count, std::int64_t to) { return (count + to - 1) / to * to; }

/// Vectors of sums that stay in registers beside what is read: three quarters of them; and in floats.
constexpr int kSumsInRegisters = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM ? 24 : 12;
constexpr std::size_t kLargestSums = kSumsInRegisters * HWY_MAX_BYTES / sizeof(float);

/// sums[r][v] += a[r][k] * panel[k][v] over k < depth, with rows of `a` and of sums at strides. A call of its own: the compiler keeps the
/// sums in registers only where nothing else asks for them.
template <int kRows, int kVectors>
HWY_NOINLINE void add_product(const float* HWY_RESTRICT a, std::int64_t stride, const float* HWY_RESTRICT panel, std::int64_t depth,
                              float* HWY_RESTRICT sums, std::int64_t sums_stride) {
  const FloatTag d;
  const std::int64_t lanes = float_lanes();
  Floats sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::Load(d, sums + r * sums_stride + v * lanes);
  }
  for (std::int64_t k = 0; k < depth; ++k, panel += kVectors * lanes) {
    if constexpr (kRows < kVectors) {
      Floats row[kRows];
      for (int r = 0; r < kRows; ++r) row[r] = set(a[r * stride + k]);
      for (int v = 0; v < kVectors; ++v) {
        const Floats column = hn::Load(d, panel + v * lanes);
        for (int r = 0; r < kRows; ++r) sum[r][v] = hn::MulAdd(row[r], column, sum[r][v]);
      }
    } else {
      Floats column[kVectors];
      for (int v = 0; v < kVectors; ++v) column[v] = hn::Load(d, panel + v * lanes);
      for (int r = 0; r < kRows; ++r) {
        const Floats row = set(a[r * stride + k]);
        for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(row, column[v], sum[r][v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) hn::Store(sum[r][v], d, sums + r * sums_stride + v * lanes);
  }
}

template <int kMost, class Body>
HWY_INLINE void with_rows(std::int64_t count, const Body& body) {
  if constexpr (kMost > 1) {
    if (count < kMost) return with_rows<kMost - 1>(count, body);
  }
  body(std::integral_constant<int, kMost>());
}

/// Calls body(number of rows as a constant, first row) for groups of rows, as many as sums of `kVectors` vectors leave room for.
template <int kVectors, class Body>
HWY_INLINE void for_each_group(std::int64_t begin, std::int64_t end, const Body& body) {
  constexpr int kMost = kSumsInRegisters / kVectors;
  while (begin < end) {
    const std::int64_t left = end - begin;
    // One row alone would wait for each sum: the last two groups share.
    const std::int64_t count = left == kMost + 1 ? (left + 1) / 2 : std::min<std::int64_t>(left, kMost);
    with_rows<kMost>(count, [&](auto rows) { body(rows, begin); });
    begin += count;
  }
}

/// The units of one vector: `count` of them exist.
struct Units {
  std::int64_t first, count;
};

template <class Body>
HWY_INLINE void for_each_vector(std::int64_t units, const Body& body) {
  for (std::int64_t first = 0; first < units; first += float_lanes()) body(Units{first, std::min(float_lanes(), units - first)});
}

/// Copies rows of `units` floats between the operands and padded scratch.
inline void to_padded(const float* from, std::int64_t begin, std::int64_t end, std::int64_t units, std::int64_t stride, float* to) {
  for (std::int64_t row = begin; row < end; ++row) {
    float* padded = to + row * stride;
    std::copy_n(from + row * units, units, padded);
    std::fill(padded + units, padded + stride, 0.0F);
  }
}
inline void from_padded(const float* from, std::int64_t begin, std::int64_t end, std::int64_t units, std::int64_t stride, float* to) {
  for (std::int64_t row = begin; row < end; ++row) std::copy_n(from + row * stride, units, to + row * units);
}

/// The gradient behind an activation as the gradient before it, from the activation's result.
HWY_INLINE Floats through_sigmoid(Floats g, Floats y) { return hn::Mul(g, hn::NegMulAdd(y, y, y)); }
HWY_INLINE Floats through_tanh(Floats g, Floats y) { return hn::NegMulAdd(hn::Mul(g, y), y, g); }

/// Vectors of units side by side in a panel of the transposed kernel.
constexpr int kBackVectors = 4;

/// Adds [dgates] Uᵀ for rows [begin, end) to `sums`: dgates [rows][gates * padded units], sums [rows][units up to a full panel].
inline void add_transposed_product(const float* dgates, const float* packed, std::int64_t units, std::int64_t gates, std::int64_t begin,
                                   std::int64_t end, float* sums) {
  const std::int64_t lanes = float_lanes(), padded = rounded_up(units, lanes), width = kBackVectors * lanes;
  const std::int64_t stride = rounded_up(units, width);
  for (std::int64_t first = 0; first < units; first += width) {
    // Gate by gate, so that what is read of the panel stays in the first cache.
    for (std::int64_t g = 0; g < gates; ++g, packed += padded * width) {
      for_each_group<kBackVectors>(begin, end, [&](auto rows, std::int64_t row) {
        constexpr int kRows = decltype(rows)::value;
        add_product<kRows, kBackVectors>(dgates + (row * gates + g) * padded, gates * padded, packed, padded, sums + row * stride + first,
                                         stride);
      });
    }
  }
}

/// Stride of the rows of sums in add_transposed_product.
HWY_INLINE std::int64_t sums_stride(std::int64_t units) { return rounded_up(units, kBackVectors * float_lanes()); }

/// Runs back over all steps for rows [begin, end): `go_back(row, step, the row's state before the step, units)` reads dh from `run.carry`
/// and leaves there what goes past the product, and dgates; dh [rows][units] is the result. The states are `initial` [rows][units] and,
/// after each step, `states` [rows][steps][units].
template <int kGates, class Run, class GoBack>
HWY_INLINE void back_through_steps(const Run& run, const float* initial, const float* states, std::int64_t begin, std::int64_t end,
                                   const GoBack& go_back) {
  const std::int64_t units = run.units, stride = sums_stride(units);
  for (std::int64_t row = begin; row < end; ++row) {
    std::fill_n(run.carry + row * stride, stride, 0.0F);
    if (run.g_h != nullptr) std::copy_n(run.g_h + row * units, units, run.carry + row * stride);
  }
  for (std::int64_t i = 0; i < run.steps; ++i) {
    const std::int64_t step = run.step_at(i), earlier = i + 1 < run.steps ? run.step_at(i + 1) : -1;
    for (std::int64_t row = begin; row < end; ++row) {
      const float* before = earlier < 0 ? initial + row * units : states + run.place(row, earlier) * units;
      for_each_vector(units, [&](Units u) { go_back(row, step, before, u); });
    }
    add_transposed_product(run.dgates, run.packed, units, kGates, begin, end, run.carry);
  }
  from_padded(run.carry, begin, end, units, stride, run.dh);
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
