// Layers on pictures [N, height, width, C] of any dtype: sizes, and random changes while training. They give the model's dtype.
#pragma once

#include <optional>

#include "lepton/nn/layer.hpp"
#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

struct ResizingOptions {
  std::string interpolation = "bilinear";  // nearest, bilinear, bicubic, lanczos3, lanczos5
  bool crop_to_aspect_ratio = false;       // the largest window in the middle that has the target's aspect ratio
  bool pad_to_aspect_ratio = false;        // borders of fill_value until the picture has it
  double fill_value = 0;
  bool antialias = false;  // smooths before it shrinks; nearest never does
  Dims input_shape = {};
  std::string name = {};
};
/// Resizes to height × width. Integers are rounded, as Keras does; nearest and bilinear without more take pictures whose size is known
/// only in a run.
///
/// Shapes:  [N, h, w, C] -> [N, height, width, C].
/// Errors:  kInvalidArgument for an unknown interpolation, for both aspect options, or where the input's size must be known and is not.
/// Source:  bicubic: Keys 1981, with a = -0.5; weights outside the picture count as 0.
Layer Resizing(std::int64_t height, std::int64_t width, const ResizingOptions& options = {});

/// Cuts the middle out; what is smaller along an axis is resized as with crop_to_aspect_ratio instead.
/// Errors:  kInvalidArgument if the input's size is not known.
Layer CenterCrop(std::int64_t height, std::int64_t width, const LayerOptions& options = {});

/// Cuts at a random place, one for the batch, while training. In inference, and where the picture is smaller, it is resized as with
/// crop_to_aspect_ratio.
/// Errors:  kInvalidArgument if the input's size is not known.
Layer RandomCrop(std::int64_t height, std::int64_t width, const LayerOptions& options = {});

/// Left and right ("horizontal"), top and bottom ("vertical"), or both, each by itself, exchanged half of the time while training.
Layer RandomFlip(const std::string& mode = "horizontal_and_vertical", const LayerOptions& options = {});

/// Bounds of a random number: [-size, size], or the two given.
struct Factor {
  std::vector<double> bounds;
  Factor(double size) : bounds{size} {}
  Factor(double lower, double upper) : bounds{lower, upper} {}
};

struct RandomTransformOptions {
  std::string fill_mode = "reflect";       // outside: reflect (d c b a | a b c d | d c b a), wrap, nearest, constant
  std::string interpolation = "bilinear";  // or "nearest"
  double fill_value = 0;                   // of constant
  Dims input_shape = {};
  std::string name = {};
};
/// Turns each picture while training.
/// Units:   `factor` in full turns; positive is counter-clockwise.
/// Errors:  kInvalidArgument for bounds outside [-1, 1], an unknown fill mode or interpolation. The same holds for the next two.
Layer RandomRotation(const Factor& factor, const RandomTransformOptions& options = {});
/// Zooms each picture while training: 0.2 shows 20 % more (zooms out), -0.2 less. Without a width factor both axes share one number.
/// Errors:  also kInvalidArgument for a bound of -1, which leaves nothing.
Layer RandomZoom(const Factor& height_factor, const std::optional<Factor>& width_factor = {}, const RandomTransformOptions& options = {});
/// Moves each picture while training.
/// Units:   shares of height and width; positive is down and right.
Layer RandomTranslation(const Factor& height_factor, const Factor& width_factor, const RandomTransformOptions& options = {});

struct RandomContrastOptions {
  std::vector<double> value_range = {0, 255};  // results are cut to it
  Dims input_shape = {};
  std::string name = {};
};
/// Spreads each channel of each picture around its mean while training, by a factor in [1 - lower, 1 + upper]; one number is both.
/// Errors:  kInvalidArgument for bounds outside [-1, 1] or a value range that is none.
Layer RandomContrast(const Factor& factor, const RandomContrastOptions& options = {});

}  // namespace lepton::nn
