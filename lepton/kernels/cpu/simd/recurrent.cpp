// The common part of recurrent kernels.
#include "lepton/kernels/cpu/simd/recurrent.hpp"

#include "lepton/base/parallel.hpp"

namespace lepton::kernels::simd {
namespace {

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
  sizes_ = {.batch = x[0], .steps = x[1], .units = request.inputs[kernel].type.shape[0]};
  sizes_.reverse = request.attributes->flag("reverse") != backwards;
  for (const TensorDesc& d : request.inputs) input_layouts.push_back(Layout::row_major(d.type.shape));
  for (const TensorDesc& d : request.outputs) output_layouts.push_back(Layout::row_major(d.type.shape));
}

std::int64_t RecurrentKernel::reserve(std::int64_t count) {
  const std::int64_t place = scratch_bytes;
  scratch_bytes += (count * static_cast<std::int64_t>(sizeof(float)) + 63) / 64 * 64;
  return place;
}

void RecurrentKernel::pack(Pack function, const float* kernel, std::int64_t count, float* packed) const {
  constexpr std::int64_t kRowsAtOnce = 16;
  parallel_for(count, kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) { function(kernel, sizes_.units, begin, end, packed); });
}

RecurrentSizes RecurrentKernel::sizes_with(const KernelArguments& arguments, std::size_t mask) const {
  RecurrentSizes sizes = sizes_;
  if (mask < arguments.inputs.size()) sizes.mask = arguments.input<std::uint8_t>(mask);
  return sizes;
}

}  // namespace lepton::kernels::simd
