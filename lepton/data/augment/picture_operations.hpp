// Changes of one picture [height, width, channels] u8, each with a strength: what RandAugment draws from.
#pragma once

#include <cstdint>
#include <span>

#include "lepton/tensor/shape.hpp"

namespace lepton::data {

enum class PictureOperation : std::uint8_t {
  kIdentity,
  kAutoContrast,
  kEqualize,
  kRotate,
  kSolarize,
  kColor,
  kPosterize,
  kContrast,
  kBrightness,
  kSharpness,
  kShearX,
  kShearY,
  kTranslateX,
  kTranslateY,
};
inline constexpr int kNumPictureOperations = 14;

using PictureBytes = std::span<std::uint8_t>;

/// Applies one operation. What comes into view from outside repeats the edge.
///
/// Units:   strength in [0, 1]: 1 turns by 30°, shears by 0.3, moves by 0.45 of a side, changes colour, contrast, brightness and sharpness
///          by a factor of 1 ± 0.9, solarises everything and leaves 4 bits; `negative` is the other direction.
/// Source:  Cubuk et al. 2020, "RandAugment", with the strengths of Cubuk et al. 2019, "AutoAugment".
void apply_operation(PictureOperation operation, double strength, bool negative, PictureBytes picture, const Shape& shape);

// The operations on values, with Pillow's numbers.
/// Stretches each channel to 0 … 255.
void auto_contrast(PictureBytes picture, const Shape& shape);
/// Spreads the values of each channel evenly.
void equalize(PictureBytes picture, const Shape& shape);
/// Turns values from `threshold` on into 255 - value.
void solarize(PictureBytes picture, int threshold);
/// Keeps the highest `bits` bits.
void posterize(PictureBytes picture, int bits);
/// Away from grey (factor > 1) or towards it; for pictures of three channels, others stay as they are.
void change_color(PictureBytes picture, const Shape& shape, double factor);
/// Away from the mean grey or towards it.
void change_contrast(PictureBytes picture, const Shape& shape, double factor);
/// Away from black or towards it.
void change_brightness(PictureBytes picture, double factor);
/// Away from a smoothed picture or towards it.
void change_sharpness(PictureBytes picture, const Shape& shape, double factor);

}  // namespace lepton::data
