// Sizes and predicates of layouts.
#include "lepton/tensor/layout.hpp"

#include <algorithm>

namespace lepton {

bool Layout::is_row_major(const Shape& shape) const {
  if (!blocks.empty()) return false;
  std::int64_t expected = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    if (shape[axis] != 1 && strides[static_cast<std::size_t>(axis)] != expected) return false;
    expected *= shape[axis];
  }
  return true;
}

Layout Layout::permuted(std::span<const std::int64_t> permutation) const {
  Layout result;
  std::vector<int> place(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    result.strides.push_back(strides[static_cast<std::size_t>(permutation[i])]);
    place[static_cast<std::size_t>(permutation[i])] = static_cast<int>(i);
  }
  for (const LayoutBlock& block : blocks) result.blocks.push_back({place[static_cast<std::size_t>(block.axis)], block.size});
  return result;
}

TensorDesc TensorDesc::row_major(TensorType type) {
  Layout layout = Layout::row_major(type.shape);
  return {std::move(type), std::move(layout), true};
}

TensorDesc TensorDesc::absent() { return {{}, {}, false}; }

std::int64_t TensorDesc::size_bytes() const {
  if (!present || type.shape.num_elements() == 0) return 0;
  Dims outer = type.shape.dims();
  std::int64_t last = 0;
  std::int64_t inner = 1;
  for (const LayoutBlock& block : layout.blocks) {
    auto& dim = outer[static_cast<std::size_t>(block.axis)];
    dim = (dim + block.size - 1) / block.size;
    inner *= block.size;
  }
  for (std::size_t axis = 0; axis < outer.size(); ++axis) last += std::max<std::int64_t>(layout.strides[axis], 0) * (outer[axis] - 1);
  return (last + inner) * static_cast<std::int64_t>(size_of(type.dtype));
}

}  // namespace lepton
