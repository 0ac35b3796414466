// The common part of recurrent kernels.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/recurrent.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/recurrent-inl.hpp"
#include "lepton/kernels/cpu/simd/recurrent.hpp"

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {

// Packs rows [begin, end) of a kernel [units, gates * units] for h U: panel `b` has the gates' columns of the units of vector b.
void pack_gates(const float* kernel, std::int64_t units, std::int64_t gates, std::int64_t begin, std::int64_t end, float* packed) {
  const std::int64_t lanes = float_lanes();
  for (std::int64_t k = begin; k < end; ++k) {
    for (std::int64_t first = 0; first < units; first += lanes) {
      float* to = packed + first * units * gates + k * gates * lanes;
      const std::int64_t count = std::min(lanes, units - first);
      for (std::int64_t g = 0; g < gates; ++g) {
        const float* from = kernel + (k * gates + g) * units + first;
        for (std::int64_t i = 0; i < lanes; ++i) to[g * lanes + i] = i < count ? from[i] : 0.0F;
      }
    }
  }
}

// Packs the part of Uᵀ that units [begin, end) of each gate are the rows of, for [dgates] Uᵀ: panels of kBackVectors vectors of units.
// Rows beyond the units are 0 up to a full vector.
void pack_transposed_gates(const float* kernel, std::int64_t units, std::int64_t gates, std::int64_t begin, std::int64_t end,
                           float* packed) {
  const std::int64_t lanes = float_lanes(), padded = rounded_up(units, lanes), width = kBackVectors * lanes;
  end = std::min(end, padded);
  for (std::int64_t column = 0; column < rounded_up(units, width); ++column) {
    for (std::int64_t g = 0; g < gates; ++g) {
      float* to = packed + (column / width * gates + g) * padded * width + column % width;
      const float* from = kernel + column * gates * units + g * units;
      for (std::int64_t k = begin; k < end; ++k) to[k * width] = column < units && k < units ? from[k] : 0.0F;
    }
  }
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
namespace {

HWY_EXPORT(pack_gates);
HWY_EXPORT(pack_transposed_gates);

constexpr std::int64_t kRowsAtOnce = 16;

bool is_taken(const TensorDesc& d, bool may_reorder) {
  if (!d.present) return true;
  return (d.type.dtype == DType::kF32 || d.type.dtype == DType::kBool) && d.type.shape.num_elements() > 0 &&
         (may_reorder || d.layout.is_row_major(d.type.shape));
}

}  // namespace

bool RecurrentKernel::takes(const KernelRequest& request) {
  if (request.program != nullptr) return false;
  for (const auto operands : {request.inputs, request.outputs}) {
    for (const TensorDesc& d : operands) {
      if (!is_taken(d, request.may_choose_layouts)) return false;
    }
  }
  return true;
}

RecurrentKernel::RecurrentKernel(const KernelRequest& request, std::size_t sequence, std::size_t kernel, bool backwards) {
  const Shape& x = request.inputs[sequence].type.shape;
  const Shape& weights = request.inputs[kernel].type.shape;
  sizes_ = {.batch = x[0], .steps = x[1], .units = weights[0]};
  gates_ = weights[1] / weights[0];
  sizes_.reverse = request.attributes->flag("reverse") != backwards;
  for (const TensorDesc& d : request.inputs) input_layouts.push_back(Layout::row_major(d.type.shape));
  for (const TensorDesc& d : request.outputs) output_layouts.push_back(Layout::row_major(d.type.shape));
}

std::int64_t RecurrentKernel::reserve(std::int64_t count) {
  const std::int64_t place = scratch_bytes;
  scratch_bytes += (count * static_cast<std::int64_t>(sizeof(float)) + 63) / 64 * 64;
  return place;
}

void RecurrentKernel::pack(const float* kernel, float* packed) const {
  const auto rows = HWY_DYNAMIC_DISPATCH(pack_gates);
  parallel_for(sizes_.units, kRowsAtOnce,
               [&](std::int64_t begin, std::int64_t end) { rows(kernel, sizes_.units, gates_, begin, end, packed); });
}

void RecurrentKernel::pack_transposed(const float* kernel, float* packed) const {
  const auto rows = HWY_DYNAMIC_DISPATCH(pack_transposed_gates);
  parallel_for(padded_units(), kRowsAtOnce,
               [&](std::int64_t begin, std::int64_t end) { rows(kernel, sizes_.units, gates_, begin, end, packed); });
}

RecurrentSizes RecurrentKernel::sizes_with(const KernelArguments& arguments, std::size_t mask) const {
  RecurrentSizes sizes = sizes_;
  if (mask < arguments.inputs.size()) sizes.mask = arguments.input<std::uint8_t>(mask);
  return sizes;
}

}  // namespace lepton::kernels::simd
#endif
