// Shared declarations of window operators.
#include "lepton/ops/internal/window_rules.hpp"

namespace lepton::ops {

std::vector<AttributeDef> window_attributes() {
  return {{"strides", std::vector<std::int64_t>{}, positive_integers, "step along each spatial axis; empty: 1"},
          {"dilations", std::vector<std::int64_t>{}, positive_integers, "distance of taps along each spatial axis; empty: 1"},
          {"pads", std::vector<std::int64_t>{}, non_negative_integers, "begins, then ends, for padding 'explicit'; empty: 0"},
          {"padding", "explicit", any_value, "explicit; same (output = ceil(input / stride), odd padding at the end) or valid (none)"}};
}

Attributes onnx_window(const Attributes& attributes, std::span<const std::int64_t> kernel) {
  Attributes result;
  result.set("kernel_shape", std::vector<std::int64_t>(kernel.begin(), kernel.end()));
  for (const char* name : {"strides", "dilations"}) {
    if (attributes.has(name) && !attributes.integers(name).empty()) result.set(name, attributes.integers(name));
  }
  const std::string& padding = attributes.text("padding");
  if (padding == "same") result.set("auto_pad", "SAME_UPPER");
  if (padding == "explicit" && !attributes.integers("pads").empty()) result.set("pads", attributes.integers("pads"));
  return result;
}

Result<std::vector<std::int64_t>> spatial_sizes(const InferContext& context, const Shape& shape, std::string_view what) {
  if (shape.rank() < 3 || shape.rank() > 5) {
    return context.error(ErrorCode::kShapeMismatch, "{} must have one to three spatial axes after the first two (shape {})", what, shape);
  }
  return std::vector<std::int64_t>(shape.begin() + 2, shape.end());
}

}  // namespace lepton::ops
