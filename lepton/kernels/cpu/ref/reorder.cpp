// Layouts are separable: the offset of an element is a sum of one term per axis. So tables of terms serve every pair of layouts.
#include "lepton/kernels/cpu/ref/reorder.hpp"

#include <algorithm>
#include <cstring>

#include "lepton/base/parallel.hpp"

namespace lepton::kernels::ref {
namespace {

std::vector<std::int64_t> axis_offsets(const TensorDesc& desc, int axis) {
  const std::int64_t size = desc.type.shape[axis];
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(size), 0);
  // Walk the blocks from the innermost: each takes `size` consecutive values of what is left of the index.
  std::int64_t block_stride = 1, divisor = 1;
  for (auto block = desc.layout.blocks.rbegin(); block != desc.layout.blocks.rend(); ++block) {
    if (block->axis == axis) {
      for (std::int64_t i = 0; i < size; ++i) offsets[static_cast<std::size_t>(i)] += i / divisor % block->size * block_stride;
      divisor *= block->size;
    }
    block_stride *= block->size;
  }
  const std::int64_t stride = desc.layout.strides[static_cast<std::size_t>(axis)];
  for (std::int64_t i = 0; i < size; ++i) offsets[static_cast<std::size_t>(i)] += i / divisor * stride;
  return offsets;
}

bool is_padded(const TensorDesc& desc) {
  for (int axis = 0; axis < desc.type.shape.rank(); ++axis) {
    std::int64_t block_size = 1;
    for (const LayoutBlock& block : desc.layout.blocks) block_size *= block.axis == axis ? block.size : 1;
    if (desc.type.shape[axis] % block_size != 0) return true;
  }
  return false;
}

bool is_dense(const std::vector<std::int64_t>& offsets) {
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    if (offsets[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

std::int64_t step_of(const std::vector<std::int64_t>& offsets) { return offsets.size() < 2 ? 0 : offsets[1] - offsets[0]; }

class ReorderKernel final : public Kernel {
 public:
  explicit ReorderKernel(const KernelRequest& request) : reorder_(request.inputs[0], request.outputs[0]) { implementation = "ref"; }
  void run(const KernelArguments& arguments) const override { reorder_.run(arguments.inputs[0], arguments.outputs[0]); }

 private:
  Reorder reorder_;
};

}  // namespace

Reorder::Reorder(const TensorDesc& from, const TensorDesc& to)
    : count_(from.type.shape.num_elements()), element_size_(size_of(from.type.dtype)) {
  LEPTON_ASSERT(from.type == to.type, "a reorder changes layouts only");
  if (is_padded(to)) clear_bytes_ = to.size_bytes();
  for (int axis = 0; axis < from.type.shape.rank(); ++axis) {
    if (from.type.shape[axis] != 1) axes_.push_back({from.type.shape[axis], axis_offsets(from, axis), axis_offsets(to, axis)});
  }
  if (axes_.empty()) axes_.push_back({1, {0}, {0}});
  // Writes go forward through memory, except that a row which is dense on both sides comes last.
  std::ranges::stable_sort(axes_, [](const Axis& a, const Axis& b) { return step_of(a.to) > step_of(b.to); });
  dense_rows_ = is_dense(axes_.back().from) && is_dense(axes_.back().to);
  outer_count_ = axes_.back().size == 0 ? 0 : count_ / axes_.back().size;
}

template <class T>
void Reorder::copy_outer(std::int64_t begin, std::int64_t end, const T* from, T* to) const {
  const Axis& row = axes_.back();
  for (std::int64_t outer = begin; outer < end; ++outer) {
    std::int64_t rest = outer;
    const T* source = from;
    T* target = to;
    for (std::size_t k = axes_.size() - 1; k-- > 0;) {
      const auto i = static_cast<std::size_t>(rest % axes_[k].size);
      rest /= axes_[k].size;
      source += axes_[k].from[i];
      target += axes_[k].to[i];
    }
    if (dense_rows_) {
      std::memcpy(target, source, static_cast<std::size_t>(row.size) * sizeof(T));
    } else {
      for (std::size_t i = 0; i < static_cast<std::size_t>(row.size); ++i) target[row.to[i]] = source[row.from[i]];
    }
  }
}

template <class T>
void Reorder::copy(const T* from, T* to) const {
  const std::int64_t grain = std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(1, axes_.back().size));
  parallel_for(outer_count_, grain, [&](std::int64_t begin, std::int64_t end) { copy_outer(begin, end, from, to); });
}

void Reorder::run(const std::byte* from, std::byte* to) const {
  if (count_ == 0) return;
  if (clear_bytes_ > 0) std::memset(to, 0, static_cast<std::size_t>(clear_bytes_));
  switch (element_size_) {
    case 1:
      return copy(reinterpret_cast<const std::uint8_t*>(from), reinterpret_cast<std::uint8_t*>(to));
    case 2:
      return copy(reinterpret_cast<const std::uint16_t*>(from), reinterpret_cast<std::uint16_t*>(to));
    case 4:
      return copy(reinterpret_cast<const std::uint32_t*>(from), reinterpret_cast<std::uint32_t*>(to));
    case 8:
      return copy(reinterpret_cast<const std::uint64_t*>(from), reinterpret_cast<std::uint64_t*>(to));
    default:
      LEPTON_UNREACHABLE("an element has 1, 2, 4 or 8 bytes");
  }
}

std::unique_ptr<Kernel> prepare_reorder(const KernelRequest& request) { return std::make_unique<ReorderKernel>(request); }

}  // namespace lepton::kernels::ref
