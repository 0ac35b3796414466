// Shape rule and samples of resizing.
#include "lepton/ops/internal/resize_rules.hpp"

#include <algorithm>
#include <cmath>

namespace lepton::ops {
namespace {

Result<void> check_choice(const InferContext& c, std::string_view name, std::initializer_list<std::string_view> known) {
  const std::string& value = c.attributes.text(name);
  if (std::ranges::find(known, value) != known.end()) return {};
  std::string list;
  for (const std::string_view one : known) list += fmt::format("{}'{}'", list.empty() ? "" : ", ", one);
  return c.error(ErrorCode::kInvalidArgument, "{} must be one of {} ({} '{}')", name, list, name, value);
}

}  // namespace

std::vector<AttributeDef> resize_attributes() {
  return {{"sizes", std::vector<std::int64_t>{}, positive_integers, "size of the result along each spatial axis; this or scales"},
          {"scales", std::vector<double>{}, any_value, "factor along each spatial axis: the size becomes floor(in * scale)"},
          {"mode", "nearest", any_value, "nearest, linear or cubic"},
          {"coordinates", "half_pixel", any_value,
           "half_pixel: (i + 0.5) / scale - 0.5; asymmetric: i / scale; align_corners: i * (in - 1) / (out - 1)"},
          {"rounding", "prefer_floor", any_value,
           "of nearest: floor, ceil, or the nearest with halves down (prefer_floor) or up (prefer_ceil)"},
          {"cubic_coefficient", -0.75, any_value, "of cubic: -0.75 as PyTorch and OpenCV, -0.5 as Keys"}};
}

Result<Shape> resize_output_shape(const InferContext& c, const Shape& x) {
  LEPTON_TRY(const std::vector<std::int64_t> spatial, spatial_sizes(c, x, "x"));
  LEPTON_CHECK_OK(check_choice(c, "mode", {"nearest", "linear", "cubic"}));
  LEPTON_CHECK_OK(check_choice(c, "coordinates", {"half_pixel", "asymmetric", "align_corners"}));
  LEPTON_CHECK_OK(check_choice(c, "rounding", {"floor", "ceil", "prefer_floor", "prefer_ceil"}));
  const auto& sizes = c.attributes.integers("sizes");
  const auto& scales = c.attributes.get<std::vector<double>>("scales");
  if (sizes.empty() == scales.empty()) return c.error(ErrorCode::kInvalidArgument, "give either sizes or scales");
  if (std::max(sizes.size(), scales.size()) != spatial.size()) {
    return c.error(ErrorCode::kInvalidArgument, "sizes or scales must have {} values, got {}", spatial.size(),
                   std::max(sizes.size(), scales.size()));
  }
  Dims dims = {x[0], x[1]};
  for (std::size_t i = 0; i < spatial.size(); ++i) {
    if (spatial[i] == 0) return c.error(ErrorCode::kShapeMismatch, "a spatial axis has no elements (x {})", x);
    if (!sizes.empty()) {
      dims.push_back(sizes[i]);
      continue;
    }
    const double size = std::floor(static_cast<double>(spatial[i]) * scales[i]);
    if (!(size >= 1 && size < 1e15))
      return c.error(ErrorCode::kInvalidArgument, "scale {} leaves no valid size for an axis of {}", scales[i], spatial[i]);
    dims.push_back(static_cast<std::int64_t>(size));
  }
  return Shape(std::move(dims));
}

std::vector<ResizeCase> resize_cases() {
  const auto scales = [](std::vector<double> values) { return Attribute(std::move(values)); };
  return {
      {{2, 3, 4}, {2, 3, 8}, {{"scales", scales({2})}}},
      {{1, 2, 3, 4}, {1, 2, 5, 3}, {{"sizes", {5, 3}}}},
      {{1, 2, 4, 5}, {1, 2, 2, 3}, {{"sizes", {2, 3}}, {"coordinates", "asymmetric"}, {"rounding", "floor"}}},
      {{1, 1, 3, 3}, {1, 1, 5, 7}, {{"sizes", {5, 7}}, {"coordinates", "align_corners"}, {"rounding", "prefer_ceil"}}},
      {{1, 2, 3, 4}, {1, 2, 6, 8}, {{"scales", scales({2, 2})}, {"mode", "linear"}}},
      {{1, 2, 4, 5}, {1, 2, 3, 7}, {{"sizes", {3, 7}}, {"mode", "linear"}, {"coordinates", "align_corners"}}},
      {{1, 2, 4, 1}, {1, 2, 1, 3}, {{"sizes", {1, 3}}, {"mode", "linear"}, {"coordinates", "align_corners"}}},
      {{1, 2, 5}, {1, 2, 8}, {{"sizes", {8}}, {"mode", "linear"}, {"coordinates", "asymmetric"}}},
      {{1, 2, 4, 5}, {1, 2, 7, 3}, {{"sizes", {7, 3}}, {"mode", "cubic"}}},
      {{1, 1, 3, 4}, {1, 1, 4, 6}, {{"scales", scales({1.5, 1.5})}, {"mode", "cubic"}, {"cubic_coefficient", -0.5}}},
      {{1, 1, 2, 3, 2}, {1, 1, 3, 2, 4}, {{"sizes", {3, 2, 4}}, {"mode", "linear"}}},
  };
}

}  // namespace lepton::ops
