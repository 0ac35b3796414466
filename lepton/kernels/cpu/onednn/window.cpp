// oneDNN counts dilations from 0, and wants the padding at the end to be what the last window reads.
#include "lepton/kernels/cpu/onednn/window.hpp"

#include "lepton/tensor/window.hpp"

namespace lepton::kernels::onednn {

std::optional<WindowGeometry> window_geometry(const Attributes& attributes, Dims kernel, const Dims& input, const Dims& output) {
  const auto axes = window_axes("onednn", input, kernel, attributes);
  if (!axes) return std::nullopt;
  WindowGeometry w;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const WindowAxis& axis = (*axes)[i];
    const std::int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
    const std::int64_t end = (output[i] - 1) * axis.stride + extent - axis.input - axis.pad_begin;
    if (axis.pad_begin >= extent || end >= extent) return std::nullopt;
    w.strides.push_back(axis.stride);
    w.dilations.push_back(axis.dilation - 1);
    w.begin.push_back(axis.pad_begin);
    w.end.push_back(end);
  }
  w.kernel = std::move(kernel);
  return w;
}

}  // namespace lepton::kernels::onednn
