// Folding of runs in memory: the inner loops of reductions, for the best instruction set of this machine.
#pragma once

#include <cstdint>

#include "lepton/tensor/dtype.hpp"

namespace lepton::kernels::simd {

enum class FoldKind : std::uint8_t { kSum, kProduct, kLargest, kSmallest };

/// A rectangle of elements: `rows` rows, `row_stride` apart, of `width` elements, `stride` apart.
struct FoldBlock {
  const std::byte* data = nullptr;
  std::int64_t rows = 1, row_stride = 0, width = 1, stride = 1;
};

/// Loops over accumulators of one dtype and kind. Floats are summed in double, integers modulo 2^64, extremes kept in the dtype.
struct FoldFunctions {
  std::size_t accumulator_size = 8;
  bool starts_with_element = false;  // extremes have no neutral element
  /// Writes the neutral element `count` times; extremes are started with the element at `first`.
  void (*start)(std::byte* accumulators, std::int64_t count, const std::byte* first);
  /// Folds all elements of the block into one accumulator.
  void (*fold_all)(std::byte* accumulator, const FoldBlock& block);
  /// Folds each column of the block into its accumulator.
  void (*fold_rows)(std::byte* accumulators, const FoldBlock& block);
  /// Folds `count` accumulators into others.
  void (*join)(std::byte* accumulators, const std::byte* others, std::int64_t count);
  /// Writes results: scaled by 1 / divisor if it is not 0, converted to the dtype.
  void (*finish)(const std::byte* accumulators, std::int64_t count, double divisor, std::byte* results, std::int64_t stride);
};

/// The functions for a dtype, or null: f32, f64, i32, i64, u8 and bool have them.
const FoldFunctions* fold_functions(DType dtype, FoldKind kind);

}  // namespace lepton::kernels::simd
