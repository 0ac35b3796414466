// Accumulation in a fixed number of lanes, whose order depends on shapes only.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/fold.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include <algorithm>
#include <type_traits>

#include "lepton/kernels/cpu/simd/fold.hpp"
#include "lepton/kernels/cpu/simd/vector_loop.hpp"

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kLanes = 16;

template <class T, FoldKind kKind>
struct Fold {
  static constexpr bool kExtreme = kKind == FoldKind::kLargest || kKind == FoldKind::kSmallest;
  using Sum = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
  using Accumulator = std::conditional_t<kExtreme, T, Sum>;

  static Accumulator neutral() { return kKind == FoldKind::kProduct ? Accumulator{1} : Accumulator{0}; }
  // The first NaN wins.
  static Accumulator combine(Accumulator a, Accumulator b) {
    if constexpr (kKind == FoldKind::kSum) return a + b;
    if constexpr (kKind == FoldKind::kProduct) return a * b;
    if constexpr (kKind == FoldKind::kLargest) return (b > a || b != b) && a == a ? b : a;
    if constexpr (kKind == FoldKind::kSmallest) return (b < a || b != b) && a == a ? b : a;
  }

  static void start(std::byte* accumulators, std::int64_t count, const std::byte* first) {
    std::fill_n(reinterpret_cast<Accumulator*>(accumulators), count,
                kExtreme ? static_cast<Accumulator>(*reinterpret_cast<const T*>(first)) : neutral());
  }

  // A contiguous run into kLanes accumulators; element i goes to lane i modulo kLanes.
  static void run_into_lanes(Accumulator* lanes, const T* x, std::int64_t count) {
    std::int64_t i = 0;
    if constexpr (kKind == FoldKind::kSum && std::is_same_v<T, float>) {
      i = sum_floats(lanes, x, count);
    }
    for (; i + kLanes <= count; i += kLanes) {
      for (int lane = 0; lane < kLanes; ++lane) lanes[lane] = combine(lanes[lane], static_cast<Accumulator>(x[i + lane]));
    }
    for (int lane = 0; i < count; ++i, ++lane) lanes[lane] = combine(lanes[lane], static_cast<Accumulator>(x[i]));
  }

  static std::int64_t sum_floats(double* lanes, const float* x, std::int64_t count) {
    const hn::CappedTag<double, kLanes> d;
    const hn::Rebind<float, decltype(d)> f;
    constexpr int kWidth = static_cast<int>(hn::MaxLanes(d));
    constexpr int kVectors = kLanes / kWidth;
    // Two, four or eight vectors: named through an array that the compiler keeps in registers.
    hn::Vec<decltype(d)> sums[kVectors];
    for (int v = 0; v < kVectors; ++v) sums[v] = hn::LoadU(d, lanes + v * kWidth);
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (int v = 0; v < kVectors; ++v) sums[v] = hn::Add(sums[v], hn::PromoteTo(d, hn::LoadU(f, x + i + v * kWidth)));
    }
    for (int v = 0; v < kVectors; ++v) hn::StoreU(sums[v], d, lanes + v * kWidth);
    return i;
  }

  static void fold_all(std::byte* accumulator, const FoldBlock& block) {
    Accumulator lanes[kLanes];
    auto& result = *reinterpret_cast<Accumulator*>(accumulator);
    std::fill_n(lanes, kLanes, kExtreme ? result : neutral());
    for (std::int64_t row = 0; row < block.rows; ++row) {
      const T* x = reinterpret_cast<const T*>(block.data) + row * block.row_stride;
      if (block.stride == 1) {
        run_into_lanes(lanes, x, block.width);
      } else {
        for (std::int64_t i = 0; i < block.width; ++i)
          lanes[i % kLanes] = combine(lanes[i % kLanes], static_cast<Accumulator>(x[i * block.stride]));
      }
    }
    for (const Accumulator lane : lanes) result = combine(result, lane);
  }

  static void fold_rows(std::byte* accumulators, const FoldBlock& block) {
    auto* sums = reinterpret_cast<Accumulator*>(accumulators);
    if (block.width == kLanes && block.row_stride == kLanes && block.stride == 1) {
      // Blocks of 16 channels: the lanes are the columns.
      return run_into_lanes(sums, reinterpret_cast<const T*>(block.data), block.rows * kLanes);
    }
    for (std::int64_t row = 0; row < block.rows; ++row) {
      const T* x = reinterpret_cast<const T*>(block.data) + row * block.row_stride;
      if (block.stride == 1) {
        LEPTON_VECTOR_LOOP for (std::int64_t i = 0; i < block.width; ++i) sums[i] = combine(sums[i], static_cast<Accumulator>(x[i]));
      } else {
        for (std::int64_t i = 0; i < block.width; ++i) sums[i] = combine(sums[i], static_cast<Accumulator>(x[i * block.stride]));
      }
    }
  }

  static void join(std::byte* accumulators, const std::byte* others, std::int64_t count) {
    auto* sums = reinterpret_cast<Accumulator*>(accumulators);
    const auto* more = reinterpret_cast<const Accumulator*>(others);
    for (std::int64_t i = 0; i < count; ++i) sums[i] = combine(sums[i], more[i]);
  }

  static void finish(const std::byte* accumulators, std::int64_t count, double divisor, std::byte* results, std::int64_t stride) {
    const auto* sums = reinterpret_cast<const Accumulator*>(accumulators);
    T* y = reinterpret_cast<T*>(results);
    for (std::int64_t i = 0; i < count; ++i) {
      y[i * stride] = divisor != 0 ? static_cast<T>(static_cast<double>(sums[i]) / divisor) : static_cast<T>(sums[i]);
    }
  }

  static constexpr FoldFunctions kFunctions = {sizeof(Accumulator), kExtreme, start, fold_all, fold_rows, join, finish};
};

template <class T>
const FoldFunctions* of_kind(FoldKind kind) {
  switch (kind) {
    case FoldKind::kSum:
      return &Fold<T, FoldKind::kSum>::kFunctions;
    case FoldKind::kProduct:
      return &Fold<T, FoldKind::kProduct>::kFunctions;
    case FoldKind::kLargest:
      return &Fold<T, FoldKind::kLargest>::kFunctions;
    default:
      return &Fold<T, FoldKind::kSmallest>::kFunctions;
  }
}

}  // namespace

const FoldFunctions* find_fold(DType dtype, FoldKind kind) {
  switch (dtype) {
    case DType::kF32:
      return of_kind<float>(kind);
    case DType::kF64:
      return of_kind<double>(kind);
    case DType::kI32:
      return of_kind<std::int32_t>(kind);
    case DType::kI64:
      return of_kind<std::int64_t>(kind);
    case DType::kU8:
    case DType::kBool:
      return of_kind<std::uint8_t>(kind);
    default:
      return nullptr;
  }
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
HWY_EXPORT(find_fold);
const FoldFunctions* fold_functions(DType dtype, FoldKind kind) { return HWY_DYNAMIC_DISPATCH(find_fold)(dtype, kind); }
}  // namespace lepton::kernels::simd
#endif
