// Sliding windows: where the windows of a convolution or pooling lie along each spatial axis. Shape rules and kernels share it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lepton/tensor/attributes.hpp"

namespace lepton {

struct WindowAxis {
  std::int64_t input = 1, kernel = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0, output = 1;

  /// Input index of tap `k` of window `o`; outside [0, input) it is padding.
  std::int64_t place(std::int64_t o, std::int64_t k) const { return o * stride + k * dilation - pad_begin; }
};

/// Works out the windows along each of `input`'s axes from the attributes strides, dilations, pads ([begins…, ends…]) and padding
/// ("explicit", "same" or "valid"; empty lists mean 1 or 0). "same" is TensorFlow's: output = ceil(input / stride), odd padding at the end.
/// Errors:  kInvalidArgument for lists of the wrong length, values out of range or an unknown padding; kShapeMismatch if no window fits.
Result<std::vector<WindowAxis>> window_axes(std::string_view component, std::span<const std::int64_t> input,
                                            std::span<const std::int64_t> kernel, const Attributes& attributes);

}  // namespace lepton
