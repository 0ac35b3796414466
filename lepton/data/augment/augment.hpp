// Augmentation: random changes of training pictures that keep their class, so that a model sees more than it was given.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

/// How strong each change may be; 0 or false leaves it out.
struct AugmentationRange {
  bool flip_horizontal = false;
  bool flip_vertical = false;
  double crop = 0;        ///< Moves by up to so many pixels along each axis, as a crop out of a padded picture does.
  double rotate = 0;      ///< Turns by up to so many degrees.
  double zoom = 0;        ///< Scales by a factor in [1 - zoom, 1 + zoom].
  double contrast = 0;    ///< Spreads values around their mean by a factor in [1 - contrast, 1 + contrast].
  double brightness = 0;  ///< Adds up to this share of the largest value.

  std::int64_t rand_layers = 0;  ///< RandAugment: so many operations, drawn for each picture …
  double rand_magnitude = 9;     ///< … with this strength, 10 being the largest.

  double mixup = 0;   ///< Mixes each picture of a batch with another one by a share from Beta(mixup, mixup).
  double cutmix = 0;  ///< Puts a window of another one in, its share from Beta(cutmix, cutmix). With both, each has half of the batches.
};

class Augmentation {
 public:
  Augmentation() = default;
  explicit Augmentation(const AugmentationRange& range) : range_(range) {}

  /// From words as settings give them: "flip", "flip(vertical)", "crop(4)", "rotate(10)", "zoom(0.1)", "contrast(0.2)", "brightness(0.1)",
  /// "randaugment(2, 9)", "mixup(0.2)", "cutmix(1)".
  /// Errors:  kNotFound, with the nearest, for an unknown word; kInvalidArgument for a strength that is out of range.
  static Result<Augmentation> from_words(std::span<const std::string> words);

  /// True if it changes nothing.
  bool empty() const;
  /// True if it mixes pictures of a batch, so that their targets must be shares of classes.
  bool mixes() const { return range_.mixup > 0 || range_.cutmix > 0; }
  const AugmentationRange& range() const { return range_; }

  /// Changes one picture. The bits depend on seed, epoch and sample alone. What comes into view from outside repeats the edge.
  ///
  /// Shapes:  picture: [height, width, channels] u8, contiguous.
  void apply(std::span<std::uint8_t> picture, const Shape& shape, std::uint64_t seed, std::int64_t epoch, std::int64_t sample) const;

  /// Mixes the pictures of a batch with each other, and their targets in the same shares. The bits depend on seed, epoch and number of
  /// the batch alone.
  ///
  /// Shapes:  pictures: [N, height, width, channels] u8; targets: [N, classes] f32.
  void mix(const Tensor& pictures, const Tensor& targets, std::uint64_t seed, std::int64_t epoch, std::int64_t batch) const;

 private:
  AugmentationRange range_;
};

}  // namespace lepton::data
