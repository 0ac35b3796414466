// Layout: how the logical elements of a tensor lie in memory. Plain layouts are strides; blocked ones add inner blocks.
#pragma once

#include <span>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// One inner block: `size` consecutive indices of `axis` lie together. The last block of a list is the innermost.
struct LayoutBlock {
  int axis = 0;
  std::int64_t size = 1;
  bool operator==(const LayoutBlock&) const = default;
};

/// The physical order of a tensor. For a blocked axis the stride is that between its outer blocks, and the axis is padded up to a
/// multiple of its block. NCHW with 16 channels inside (oneDNN's nChw16c) has blocks {{1, 16}}.
struct Layout {
  Dims strides;
  std::vector<LayoutBlock> blocks;

  static Layout row_major(const Shape& shape) { return {row_major_strides(shape), {}}; }
  bool is_plain() const { return blocks.empty(); }
  bool is_row_major(const Shape& shape) const;
  /// Where the elements lie for the transposed view whose axis i is axis permutation[i].
  Layout permuted(std::span<const std::int64_t> permutation) const;
  bool operator==(const Layout&) const = default;
};

/// What a kernel is told of one operand. An absent optional operand has `present == false`.
struct TensorDesc {
  TensorType type;
  Layout layout;
  bool present = true;

  static TensorDesc row_major(TensorType type);
  static TensorDesc absent();
  /// Bytes from the first to past the last element, padding included.
  std::int64_t size_bytes() const;
  bool operator==(const TensorDesc&) const = default;
};

}  // namespace lepton
