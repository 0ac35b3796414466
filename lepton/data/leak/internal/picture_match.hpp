// Decides whether two pictures are copies of each other, by aligned pixels.
#pragma once

#include "lepton/base/error.hpp"
#include "lepton/data/leak/internal/picture_index.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

struct PictureMatch {
  double distance = 0;  ///< Root mean square difference over the overlap, in grey levels.
  double likeness = 0;  ///< See CopyPair.
};

/// Compares `second`, moved by the shift, with `first`.
///
/// What coding does to a picture depends on the picture: strong texture loses much, a plain surface little. So the difference is
/// measured against what JPEG at `quality` does to these two, at three scales (pixels, 2x2 and 4x4 averages), because coding mostly
/// removes detail, while two different things differ in the large.
Result<PictureMatch> match_pictures(const Tensor& first, const Tensor& second, int shift_x, int shift_y, int quality);

}  // namespace lepton::data
