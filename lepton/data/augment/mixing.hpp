// Pictures of a batch mixed with each other, and their targets in the same shares.
#pragma once

#include <cstdint>
#include <span>

#include "lepton/base/random.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

/// A number in [0, 1] from the beta distribution with both parameters `alpha` > 0: near the ends below 1, uniform at 1, near ½ above.
/// Source:  Jöhnk 1964; Marsaglia and Tsang 2000, "A simple method for generating gamma variables".
double draw_beta(Random& random, double alpha);

/// A rectangle of pixels.
struct PictureWindow {
  std::int64_t top = 0, left = 0, height = 0, width = 0;
};
/// A window with its middle anywhere, cut at the picture's edges, which would cover `share` of it uncut and has its aspect ratio.
PictureWindow draw_window(Random& random, double share, std::int64_t height, std::int64_t width);

/// share · x + (1 - share) · x[partner], for pictures (rounded) and targets.
///
/// Shapes:  pictures: [N, height, width, channels] u8; targets: [N, classes] f32; partner: N numbers of pictures.
/// Source:  Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization".
void mix_up(const Tensor& pictures, const Tensor& targets, std::span<const std::int64_t> partner, double share);

/// The window out of each picture's partner; targets go by the area.
///
/// Shapes:  as for mix_up.
/// Source:  Yun et al. 2019, "CutMix".
void cut_mix(const Tensor& pictures, const Tensor& targets, std::span<const std::int64_t> partner, const PictureWindow& window);

}  // namespace lepton::data
