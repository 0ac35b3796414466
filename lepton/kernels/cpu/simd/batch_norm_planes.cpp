// Plain loops over lanes for the vectoriser; sums are kept in double.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/batch_norm_planes.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include "lepton/kernels/cpu/simd/batch_norm_planes.hpp"
#include "lepton/kernels/cpu/simd/vector_loop.hpp"

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

// Calls body(first element of the row, lanes): 16 lanes are the usual case and get a loop of fixed length.
template <class Body>
HWY_INLINE void for_each_row(const BatchNormPlane& p, const Body& body) {
  if (p.lanes == 16) {
    for (std::int64_t row = 0; row < p.rows; ++row) body(row * 16, std::int64_t{16});
  } else {
    for (std::int64_t row = 0; row < p.rows; ++row) body(row * p.lanes, p.lanes);
  }
}

#define LEPTON_LANES LEPTON_VECTOR_LOOP for (std::int64_t i = 0; i < lanes; ++i)

void sums(const BatchNormPlane& p) {
  for_each_row(p, [&](std::int64_t row, std::int64_t lanes) {
    LEPTON_LANES { p.first[i] += static_cast<double>(p.x[row + i]); }
  });
}

void squares(const BatchNormPlane& p) {
  for_each_row(p, [&](std::int64_t row, std::int64_t lanes) {
    LEPTON_LANES {
      const auto centered = static_cast<double>(p.x[row + i] - p.mean[i]);
      p.first[i] += centered * centered;
    }
  });
}

void gradient_sums(const BatchNormPlane& p) {
  for_each_row(p, [&](std::int64_t row, std::int64_t lanes) {
    LEPTON_LANES {
      const auto g = static_cast<double>(p.g[row + i]);
      p.first[i] += g;
      p.second[i] += g * static_cast<double>(p.x[row + i] - p.mean[i]);
    }
  });
}

void normalize(const BatchNormPlane& p) {
  for_each_row(p, [&](std::int64_t row, std::int64_t lanes) {
    LEPTON_LANES { p.y[row + i] = (p.x[row + i] - p.mean[i]) * p.factor[i] + p.offset[i]; }
  });
}

void gradient(const BatchNormPlane& p) {
  for_each_row(p, [&](std::int64_t row, std::int64_t lanes) {
    LEPTON_LANES { p.y[row + i] = p.g[row + i] * p.slope[i] + (p.x[row + i] - p.mean[i]) * p.factor[i] + p.offset[i]; }
  });
}

}  // namespace

const BatchNormFunctions* find_batch_norm() {
  static constexpr BatchNormFunctions kFunctions = {sums, squares, gradient_sums, normalize, gradient};
  return &kFunctions;
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
HWY_EXPORT(find_batch_norm);
const BatchNormFunctions& batch_norm_functions() { return *HWY_DYNAMIC_DISPATCH(find_batch_norm)(); }
}  // namespace lepton::kernels::simd
#endif
