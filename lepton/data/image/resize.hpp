// Resizing pictures with antialiasing, as Pillow and torchvision do it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

enum class ResizeFilter : std::uint8_t {
  kNearest,   ///< The sample at the middle of each output pixel.
  kArea,      ///< Average over the covered area (Pillow's BOX).
  kBilinear,  ///< Triangle, widened when shrinking (Pillow's BILINEAR, torchvision's antialias=True).
  kBicubic,   ///< Cubic with a = -0.5, widened when shrinking (Pillow's BICUBIC).
};

std::string_view name_of(ResizeFilter filter);
std::optional<ResizeFilter> resize_filter_from_name(std::string_view name);

/// Returns `image` resized to height x width.
///
/// Shapes:  image: [h, w, channels], u8 or f32; result: [height, width, channels], same dtype. u8 rounds after each of the two passes.
/// Errors:  kInvalidArgument if a size is not positive; kDtypeMismatch for other dtypes.
Tensor resize(const Tensor& image, std::int64_t height, std::int64_t width, ResizeFilter filter = ResizeFilter::kBilinear);

/// Returns rows [top, top + height) and columns [left, left + width) of `image`; what lies outside is filled with `fill`.
Tensor crop_or_pad(const Tensor& image, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width, double fill = 0);

}  // namespace lepton::data
