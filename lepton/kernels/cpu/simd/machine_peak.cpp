// Twelve independent accumulators hide the latency of a multiply-add on every processor of the last ten years.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/machine_peak.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <vector>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/machine_peak.hpp"

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
constexpr int kAccumulators = 12;

// Returns the multiply-adds of one call; what they sum up to goes to `sum`, so that they are not optimised away.
double multiply_add(int rounds, float& sum) {
  const hn::ScalableTag<float> d;
  const auto x = hn::Set(d, 0.999f), y = hn::Set(d, 0.001f);
  auto a0 = y, a1 = y, a2 = y, a3 = y, a4 = y, a5 = y, a6 = y, a7 = y, a8 = y, a9 = y, a10 = y, a11 = y;
  for (int i = 0; i < rounds; ++i) {
    a0 = hn::MulAdd(a0, x, y), a1 = hn::MulAdd(a1, x, y), a2 = hn::MulAdd(a2, x, y), a3 = hn::MulAdd(a3, x, y);
    a4 = hn::MulAdd(a4, x, y), a5 = hn::MulAdd(a5, x, y), a6 = hn::MulAdd(a6, x, y), a7 = hn::MulAdd(a7, x, y);
    a8 = hn::MulAdd(a8, x, y), a9 = hn::MulAdd(a9, x, y), a10 = hn::MulAdd(a10, x, y), a11 = hn::MulAdd(a11, x, y);
  }
  const auto all = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)),
                           hn::Add(hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)), hn::Add(hn::Add(a8, a9), hn::Add(a10, a11))));
  sum = hn::GetLane(hn::SumOfLanes(d, all));
  return static_cast<double>(rounds) * kAccumulators * static_cast<double>(hn::Lanes(d));
}

}  // namespace
}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
namespace {

HWY_EXPORT(multiply_add);

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

}  // namespace

double measure_flops() {
  constexpr int kRounds = 1 << 20, kRepetitions = 8;
  const int threads = num_threads();
  double best = 0;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    std::vector<float> sums(static_cast<std::size_t>(threads));
    std::vector<double> operations(static_cast<std::size_t>(threads));
    const auto begin = Clock::now();
    parallel_for(threads, 1, [&](std::int64_t first, std::int64_t end) {
      for (std::int64_t t = first; t < end; ++t)
        operations[static_cast<std::size_t>(t)] = HWY_DYNAMIC_DISPATCH(multiply_add)(kRounds, sums[static_cast<std::size_t>(t)]);
    });
    const double seconds = seconds_since(begin);
    double all = 0;
    for (const double count : operations) all += count;
    best = std::max(best, 2 * all / seconds * 1e-9);
  }
  return best;
}

double measure_bandwidth() {
  constexpr std::int64_t kCount = 24 << 20;  // two arrays of 96 MiB
  std::vector<float> x(kCount, 1.0f), y(kCount, 2.0f);
  double best = 0;
  for (int repetition = 0; repetition < 5; ++repetition) {
    const auto begin = Clock::now();
    parallel_for(kCount, 1 << 16, [&](std::int64_t first, std::int64_t end) {
      const float* from = x.data();
      float* to = y.data();
      for (std::int64_t i = first; i < end; ++i) to[i] += 0.5f * from[i];
    });
    best = std::max(best, 3.0 * sizeof(float) * static_cast<double>(kCount) / seconds_since(begin) * 1e-9);
  }
  return best;
}

}  // namespace lepton::kernels::simd
#endif
