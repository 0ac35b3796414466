// Window geometry.
#include "lepton/tensor/window.hpp"

#include <algorithm>

namespace lepton {
namespace {

Result<std::int64_t> item(std::string_view component, const Attributes& attributes, std::string_view name, std::size_t place,
                          std::size_t count, std::int64_t fallback, std::int64_t lowest) {
  const Attribute* attribute = attributes.find(name);
  if (attribute == nullptr) return fallback;
  const auto& list = attribute->get<std::vector<std::int64_t>>();
  if (list.empty()) return fallback;
  if (list.size() != count)
    return make_error(ErrorCode::kInvalidArgument, "{}: {} must have {} values, got {}", component, name, count, list.size());
  if (list[place] < lowest)
    return make_error(ErrorCode::kInvalidArgument, "{}: {} must be at least {} (value {})", component, name, lowest, list[place]);
  return list[place];
}

}  // namespace

Result<std::vector<WindowAxis>> window_axes(std::string_view component, std::span<const std::int64_t> input,
                                            std::span<const std::int64_t> kernel, const Attributes& attributes) {
  const std::string& padding = attributes.text("padding");
  if (padding != "explicit" && padding != "same" && padding != "valid") {
    return make_error(ErrorCode::kInvalidArgument, "{}: padding must be 'explicit', 'same' or 'valid' (padding '{}')", component, padding);
  }
  if (input.size() != kernel.size()) {
    return make_error(ErrorCode::kShapeMismatch, "{}: the window has {} spatial axes, the input {}", component, kernel.size(),
                      input.size());
  }
  const std::size_t rank = input.size();
  std::vector<WindowAxis> axes(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    WindowAxis& a = axes[i];
    a.input = input[i];
    a.kernel = kernel[i];
    LEPTON_TRY(a.stride, item(component, attributes, "strides", i, rank, 1, 1));
    LEPTON_TRY(a.dilation, item(component, attributes, "dilations", i, rank, 1, 1));
    const std::int64_t reach = (a.kernel - 1) * a.dilation + 1;
    if (padding == "same") {
      const std::int64_t output = (a.input + a.stride - 1) / a.stride;
      const std::int64_t total = std::max<std::int64_t>(0, (output - 1) * a.stride + reach - a.input);
      a.pad_begin = total / 2;
      a.pad_end = total - a.pad_begin;
    } else if (padding == "explicit") {
      LEPTON_TRY(a.pad_begin, item(component, attributes, "pads", i, 2 * rank, 0, 0));
      LEPTON_TRY(a.pad_end, item(component, attributes, "pads", i + rank, 2 * rank, 0, 0));
    }
    const std::int64_t room = a.input + a.pad_begin + a.pad_end - reach;
    if (a.kernel < 1 || room < 0) {
      return make_error(ErrorCode::kShapeMismatch, "{}: a window of {} (dilation {}) does not fit into {} with padding {} and {}",
                        component, a.kernel, a.dilation, a.input, a.pad_begin, a.pad_end);
    }
    a.output = room / a.stride + 1;
  }
  return axes;
}

}  // namespace lepton
