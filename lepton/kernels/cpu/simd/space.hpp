// Iteration spaces: the joint loops over operands that lie in any layout (strided, broadcast, blocked), in the memory order of the first.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lepton/tensor/layout.hpp"

namespace lepton::kernels::simd {

/// Nested loops, outermost first. Blocked axes appear as several; neighbours that all operands run through alike are joined.
struct Space {
  std::vector<std::int64_t> sizes;
  std::vector<std::vector<std::int64_t>> strides;  // [operand][loop], in elements

  std::size_t rank() const { return sizes.size(); }
  /// True if the operand's elements lie in the order of the loops without gaps.
  bool is_dense(std::size_t operand) const;
  /// True if the operand is one element.
  bool is_scalar(std::size_t operand) const;
};

/// Joins operands that broadcast to `result`. Nothing if blocks do not divide an axis or do not nest.
std::optional<Space> make_space(const Shape& result, std::span<const TensorDesc> operands);

/// Loops over explicit axes; `strides[operand][axis]`. Sorted by the strides of operand 0 unless `keep_order`.
Space make_space(std::vector<std::int64_t> sizes, std::vector<std::vector<std::int64_t>> strides, bool keep_order = false);

/// True if a block does not divide its axis, so that the tensor has padding.
bool has_padding(const TensorDesc& desc);

/// Writes zeros to the padding of a blocked tensor; prepared once, allocates nothing later.
class PaddingCleaner {
 public:
  explicit PaddingCleaner(const TensorDesc& desc);
  void clean(std::byte* data) const;

 private:
  std::vector<std::vector<std::int64_t>> offsets_;  // of each index of each axis, padding included
  std::vector<std::size_t> valid_;                  // indices of each axis that are not padding
  std::size_t element_size_;
};

}  // namespace lepton::kernels::simd
