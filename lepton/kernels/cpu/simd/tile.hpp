// Tile functions: one elementwise operator applied to a short run of contiguous elements that lie in the first-level cache.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::simd {

/// Operands of one tile. `out` may be the same as an input (never partly overlapping).
struct TileCall {
  std::int64_t count = 0;
  const std::byte* in[3] = {};
  std::byte* out = nullptr;
  double parameters[2] = {};

  template <class T>
  const T* input(int i) const {
    return reinterpret_cast<const T*>(in[i]);
  }
  template <class T>
  T* output() const {
    return reinterpret_cast<T*>(out);
  }
};

using TileFunction = void (*)(const TileCall&);

/// An operator for one dtype of its (first) operand, and the attributes that become parameters.
struct TileEntry {
  std::string_view op;
  DType dtype;
  TileFunction function;
  std::string_view first = {};
  std::string_view second = {};
};

/// A tile function with its parameters.
struct TileOp {
  TileFunction function = nullptr;
  double parameters[2] = {};
};

/// Finds the tile function of `op` for operands of the given dtypes, or nothing.
std::optional<TileOp> find_tile_op(std::string_view op, const Attributes& attributes, std::span<const DType> operands, DType result);

// The tables that find_tile_op searches, in this order; each of the best instruction set of this machine.
std::span<const TileEntry> arithmetic_tiles();
std::span<const TileEntry> comparison_tiles();
std::span<const TileEntry> math_tiles();
std::span<const TileEntry> library_tiles();
std::span<const TileEntry> integer_tiles();
TileFunction where_tile(DType dtype);
TileFunction fast_cast_tile(DType from, DType to);  // null if it needs range checks
TileFunction cast_tile(DType from, DType to);

}  // namespace lepton::kernels::simd
