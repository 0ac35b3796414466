// Pooling over windows of one to three spatial axes, and resizing along them.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

struct PoolOptions {
  std::vector<std::int64_t> strides = {};
  std::vector<std::int64_t> pads = {};
  std::string padding = "explicit";
  std::vector<std::int64_t> dilations = {};
  bool count_include_pad = false;  // averages only

  Attributes attributes(const std::vector<std::int64_t>& window) const {
    return {{"window", window}, {"strides", strides}, {"dilations", dilations}, {"pads", pads}, {"padding", padding}};
  }
  Attributes average_attributes(const std::vector<std::int64_t>& window) const {
    Attributes all = attributes(window);
    all.set("count_include_pad", count_include_pad);
    return all;
  }
};

/// Largest value of each window; padding never wins, NaN does.
/// Shapes:  x: [N, C, spatial…]; result: [N, C, spatial…].
template <Operand T>
T max_pool(const T& x, const std::vector<std::int64_t>& window, const PoolOptions& options = {}) {
  return call<T>("max_pool", {x}, options.attributes(window));
}
/// Mean of each window; padding counts only if asked.
template <Operand T>
T avg_pool(const T& x, const std::vector<std::int64_t>& window, const PoolOptions& options = {}) {
  return call<T>("avg_pool", {x}, options.average_attributes(window));
}

/// Mean over windows laid out so that the result has `output_size` along the spatial axes: window p of an axis covers
/// floor(p * in / out) … ceil((p + 1) * in / out) - 1.
/// Shapes:  x: [N, C, spatial…]; result: [N, C, output_size…].
template <Operand T>
T adaptive_avg_pool(const T& x, const std::vector<std::int64_t>& output_size) {
  return call<T>("adaptive_avg_pool", {x}, {{"output_size", output_size}});
}
/// Largest value over the same windows; NaN wins.
template <Operand T>
T adaptive_max_pool(const T& x, const std::vector<std::int64_t>& output_size) {
  return call<T>("adaptive_max_pool", {x}, {{"output_size", output_size}});
}

struct ResizeOptions {
  std::vector<std::int64_t> sizes = {};    // of the result along the spatial axes; these or …
  std::vector<double> scales = {};         // … factors: the size becomes floor(in * scale)
  std::string mode = "nearest";            // nearest, linear, cubic
  std::string coordinates = "half_pixel";  // half_pixel, asymmetric, align_corners
  std::string rounding = "prefer_floor";   // of nearest: floor, ceil, prefer_floor, prefer_ceil
  double cubic_coefficient = -0.75;        // -0.5: Keys's own

  Attributes attributes() const {
    return {{"sizes", sizes},       {"scales", scales},
            {"mode", mode},         {"coordinates", coordinates},
            {"rounding", rounding}, {"cubic_coefficient", cubic_coefficient}};
  }
};

/// Interpolates along the spatial axes; meanings are those of ONNX's Resize. Does not smooth before it shrinks.
/// Shapes:  x: [N, C, spatial…]; result: [N, C, spatial…].
template <Operand T>
T resize(const T& x, const ResizeOptions& options) {
  return call<T>("resize", {x}, options.attributes());
}

}  // namespace lepton::ops
