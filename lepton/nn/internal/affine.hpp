// Pictures seen through an affine map, one for each picture of the batch.
#pragma once

#include <string>

#include "lepton/op/value.hpp"

namespace lepton::nn {

/// Where a result at column x and row y comes from: column a0 x + a1 y + a2 and row b0 x + b1 y + b2 of the picture.
/// Shapes:  each [N, 1, 1], of one float dtype.
struct AffineMap {
  Value a0, a1, a2, b0, b1, b2;
};

struct AffineOptions {
  std::string interpolation = "bilinear";  // or "nearest"
  std::string fill_mode = "reflect";       // what lies outside: reflect (d c b a | a b c d | d c b a), wrap, nearest or constant
  double fill_value = 0;                   // of constant
};

/// Throws kInvalidArgument unless both names are known.
void check_affine_options(const AffineOptions& options);

/// Columns (axis 2) or rows (axis 1) of the places of x.
/// Shapes:  x: [N, height, width, C]; result: [N, height, width] in `dtype`.
Value places_along(const Value& x, int axis, DType dtype);

/// Shapes:  x: [N, height, width, C]; result: as x.
/// Source:  Keras 3, ops.image.affine_transform.
Value affine_transform(const Value& x, const AffineMap& map, const AffineOptions& options);

}  // namespace lepton::nn
