// Rearrangements that work axis by axis (slice, flip, roll, pad, tile): where along an axis each element of the result comes from.
// Shape rules and kernels share it.
#pragma once

#include <array>
#include <string_view>

#include "lepton/tensor/attributes.hpp"

namespace lepton {

/// Element i of the result along one axis comes from place(i) of the operand.
struct AxisMap {
  /// What lies outside the operand.
  enum class Outside : std::uint8_t { kFill, kEdge, kReflect, kWrap };
  std::int64_t size = 1;   // of the operand
  std::int64_t count = 1;  // of the result
  std::int64_t first = 0, step = 1;
  Outside outside = Outside::kFill;

  /// Index in the operand, or -1 for an element that is filled.
  std::int64_t place(std::int64_t i) const;
};

struct AxisMaps {
  static constexpr int kMaxRank = 12;
  std::array<AxisMap, kMaxRank> axes;
  int rank = 0;

  Shape result() const;
};

/// Which rearrangement, by the attributes that describe it.
enum class Rearrangement : std::uint8_t {
  kSlice,  // starts, ends, axes, steps: NumPy's x[start:end:step]; bounds beyond the axis are cut
  kFlip,   // axes (empty: all)
  kRoll,   // shifts, axes: elements move by shift and come back in at the other end
  kPad,    // pads [befores…, afters…], mode constant, reflect or edge
  kTile,   // repeats, one for each axis
};

/// Works out the maps of all axes. No memory is allocated when it succeeds.
/// Errors:  kInvalidArgument for lists of the wrong length, axes out of range or named twice, steps of 0, negative pads or repeats,
/// an unknown mode, a reflection of more than the axis has.
Result<AxisMaps> axis_maps(Rearrangement kind, std::string_view component, const Shape& operand, const Attributes& attributes);

}  // namespace lepton
