// Paddings: explicit ones as given, "same" as TensorFlow and Keras do it (the odd cell at the end), "valid" none.
#include "lepton/kernels/cpu/onednn/window.hpp"

#include <algorithm>

namespace lepton::kernels::onednn {
namespace {

std::int64_t entry(const Attributes& attributes, std::string_view name, std::size_t i, std::int64_t fallback) {
  const Attribute* found = attributes.find(name);
  if (found == nullptr) return fallback;
  const auto& list = found->get<std::vector<std::int64_t>>();
  return i < list.size() ? list[i] : fallback;
}

}  // namespace

std::optional<WindowGeometry> window_geometry(const Attributes& attributes, Dims kernel, const Dims& input, const Dims& output) {
  WindowGeometry w;
  const std::size_t rank = kernel.size();
  const Attribute* mode = attributes.find("padding");
  const std::string padding = mode != nullptr ? mode->get<std::string>() : "explicit";
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t stride = entry(attributes, "strides", i, 1), dilation = entry(attributes, "dilations", i, 1);
    const std::int64_t extent = (kernel[i] - 1) * dilation + 1;
    std::int64_t begin = 0;
    if (padding == "same") begin = std::max<std::int64_t>((output[i] - 1) * stride + extent - input[i], 0) / 2;
    if (padding == "explicit") begin = entry(attributes, "pads", i, 0);
    // The padding at the end is what the last window reads; cells that no window reaches need none.
    const std::int64_t end = (output[i] - 1) * stride + extent - input[i] - begin;
    if (begin < 0 || begin >= extent || end >= extent) return std::nullopt;
    w.strides.push_back(stride);
    w.dilations.push_back(dilation - 1);
    w.begin.push_back(begin);
    w.end.push_back(end);
  }
  w.kernel = std::move(kernel);
  return w;
}

}  // namespace lepton::kernels::onednn
