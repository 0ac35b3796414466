// Operators on pictures: resizing, sampling at given places, regions.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/onnx/internal/products.hpp"
#include "lepton/ops/pooling.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

struct ResizeRule {
  std::string mode, coordinates, rounding;
  double cubic_a = -0.75, extrapolation = 0;
  bool exclude_outside = false, antialias = false;
};

double keys(double t, double a) {
  t = std::abs(t);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

// Where element `out` of an axis lies in the input.
double source_of(double out, std::int64_t in_size, double out_size, double scale, double roi_begin, double roi_end,
                 const std::string& how) {
  const double in = static_cast<double>(in_size);
  if (how == "align_corners") return out_size <= 1 ? 0 : out * (in - 1) / (out_size - 1);
  if (how == "asymmetric") return out / scale;
  if (how == "pytorch_half_pixel") return out_size > 1 ? (out + 0.5) / scale - 0.5 : 0;
  if (how == "half_pixel_symmetric") {
    const double adjustment = std::floor(out_size) / (in * scale), center = in / 2;
    return center * (1 - adjustment) + (out + 0.5) / scale - 0.5;
  }
  if (how == "tf_half_pixel_for_nn") return (out + 0.5) / scale;
  if (how == "tf_crop_and_resize")
    return out_size > 1 ? roi_begin * (in - 1) + out * (roi_end - roi_begin) * (in - 1) / (out_size - 1)
                        : 0.5 * (roi_begin + roi_end) * (in - 1);
  return (out + 0.5) / scale - 0.5;
}

std::int64_t rounded(double x, const std::string& how) {
  if (how == "floor") return static_cast<std::int64_t>(std::floor(x));
  if (how == "ceil") return static_cast<std::int64_t>(std::ceil(x));
  if (how == "round_prefer_ceil") return static_cast<std::int64_t>(std::floor(x + 0.5));
  return static_cast<std::int64_t>(std::ceil(x - 0.5));
}

// Interpolation along one axis is a product with a matrix [out, in]; the rows of places outside are 0 where they are extrapolated.
struct AxisMatrix {
  Tensor weights;
  std::vector<bool> outside;
};
AxisMatrix axis_matrix(std::int64_t in, std::int64_t out, double scale, double roi_begin, double roi_end, const ResizeRule& rule) {
  AxisMatrix m{Tensor::zeros(DType::kF64, {out, in}), std::vector<bool>(static_cast<std::size_t>(out), false)};
  double* row = m.weights.data<double>();
  const bool real_size = rule.coordinates == "half_pixel_symmetric" || rule.coordinates == "align_corners";
  for (std::int64_t o = 0; o < out; ++o, row += in) {
    const double at = source_of(static_cast<double>(o), in, real_size ? static_cast<double>(in) * scale : static_cast<double>(out), scale,
                                roi_begin, roi_end, rule.coordinates);
    if (rule.coordinates == "tf_crop_and_resize" && (at < 0 || at > static_cast<double>(in - 1))) {
      m.outside[static_cast<std::size_t>(o)] = true;
      continue;
    }
    const auto put = [&](std::int64_t place, double weight) { row[std::clamp<std::int64_t>(place, 0, in - 1)] += weight; };
    if (rule.mode == "nearest") {
      put(rounded(at, rule.rounding), 1);
      continue;
    }
    // Shrinking with antialias widens the kernel.
    const double stretch = rule.antialias && scale < 1 ? 1 / scale : 1, reach = (rule.mode == "linear" ? 1 : 2) * stretch;
    const auto first = static_cast<std::int64_t>(std::floor(at - reach)) + 1, last = static_cast<std::int64_t>(std::ceil(at + reach)) - 1;
    std::vector<double> weights;
    double sum = 0;
    for (std::int64_t p = first; p <= last; ++p) {
      const double t = (static_cast<double>(p) - at) / stretch;
      double w = rule.mode == "linear" ? std::max(0.0, 1 - std::abs(t)) : keys(t, rule.cubic_a);
      if (rule.exclude_outside && (p < 0 || p >= in)) w = 0;
      weights.push_back(w);
      sum += w;
    }
    for (std::int64_t p = first; p <= last; ++p) {
      const double w = weights[static_cast<std::size_t>(p - first)];
      if (w != 0) put(p, sum == 0 ? w : w / sum);
    }
  }
  return m;
}

// The general way: axis by axis, each a product of matrices.
Value resize_by_matrices(const Value& x, const Dims& axes, const Dims& sizes, const std::vector<double>& scales,
                         const std::vector<double>& roi, const ResizeRule& rule) {
  const DType dtype = x.dtype();
  Value y = is_float(dtype) ? x : cast(x, DType::kF64);
  Value outside;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int axis = static_cast<int>(axes[i]), last = y.rank() - 1;
    const std::int64_t in = y.shape()[axis];
    const double begin = roi.empty() ? 0 : roi[i], end = roi.empty() ? 1 : roi[axes.size() + i];
    const AxisMatrix m = axis_matrix(in, sizes[i], scales[i], begin, end, rule);
    const bool plain = in == sizes[i] && scales[i] == 1 && std::ranges::none_of(m.outside, [](bool b) { return b; }) &&
                       rule.coordinates != "tf_crop_and_resize";
    if (plain) continue;
    Dims order;
    for (int k = 0; k <= last; ++k) order.push_back(k == axis ? last : k == last ? axis : k);
    const Value moved = axis == last ? y : transpose(y, order);
    const std::int64_t rows = in == 0 ? 0 : moved.shape().num_elements() / in;
    Dims shape = dims_of(moved);
    shape.back() = sizes[i];
    const Value weights = constant(y.builder(), m.weights.cast(y.dtype()));
    const Value made = reshape(matmul(reshape(moved, {rows, in}), weights, {.transpose_b = true}), shape);
    y = axis == last ? made : transpose(made, order);
    if (std::ranges::any_of(m.outside, [](bool b) { return b; })) {
      const Tensor mask = Tensor::zeros(DType::kBool, {sizes[i]});
      for (std::size_t k = 0; k < m.outside.size(); ++k) mask.bytes()[k] = static_cast<std::byte>(m.outside[k] ? 1 : 0);
      Dims dims(static_cast<std::size_t>(y.rank()), 1);
      dims[static_cast<std::size_t>(axis)] = sizes[i];
      const Value own = reshape(constant(y.builder(), mask), dims);
      outside = outside.defined() ? logical_or(outside, own) : own;
    }
  }
  if (outside.defined()) y = where(outside, onnx_scalar(y, rule.extrapolation), y);
  if (is_float(dtype)) return y;
  return cast(round(y), dtype);
}

// Resize since opset 11 (and 10, which is asymmetric); Upsample before.
OnnxResults read_resize(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const int rank = x.rank();
  ResizeRule rule{.mode = node.text("mode", "nearest"),
                  .coordinates = node.text("coordinate_transformation_mode", node.opset() < 11 ? "asymmetric" : "half_pixel"),
                  .rounding = node.text("nearest_mode", node.opset() < 11 ? "floor" : "round_prefer_floor"),
                  .cubic_a = node.number("cubic_coeff_a", -0.75),
                  .extrapolation = node.number("extrapolation_value", 0),
                  .exclude_outside = node.integer("exclude_outside", 0) != 0,
                  .antialias = node.integer("antialias", 0) != 0};
  if (rule.mode == "bilinear") rule.mode = "linear";
  Dims axes = node.integers("axes");
  if (axes.empty()) axes.resize(static_cast<std::size_t>(rank)), std::iota(axes.begin(), axes.end(), 0);
  for (std::int64_t& axis : axes) axis = onnx_axis(axis, rank);
  const std::size_t scales_at = node.opset() < 11 ? 1 : 2;
  std::vector<double> scales, roi;
  if (node.attributes().has("scales")) scales = node.attributes().get<std::vector<double>>("scales");
  if (node.has(scales_at)) scales = node.tensor(scales_at).to_vector<double>();
  if (rule.coordinates == "tf_crop_and_resize" && node.has(1)) roi = node.tensor(1).to_vector<double>();
  Dims sizes;
  if (node.opset() >= 11 && node.has(3)) sizes = onnx_dims(node.tensor(3));
  if (!sizes.empty() && scales.empty()) {
    if (sizes.size() != axes.size()) fail(ErrorCode::kInvalidArgument, "{} sizes for {} axes", sizes.size(), axes.size());
    for (std::size_t i = 0; i < axes.size(); ++i)
      scales.push_back(static_cast<double>(sizes[i]) / static_cast<double>(x.shape()[static_cast<int>(axes[i])]));
    const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
    if (policy != "stretch") {
      const double one = policy == "not_larger" ? std::ranges::min(scales) : std::ranges::max(scales);
      for (std::size_t i = 0; i < axes.size(); ++i) {
        scales[i] = one;
        sizes[i] = static_cast<std::int64_t>(std::floor(one * static_cast<double>(x.shape()[static_cast<int>(axes[i])]) + 0.5));
      }
    }
  } else {
    if (scales.size() != axes.size()) fail(ErrorCode::kInvalidArgument, "{} scales for {} axes", scales.size(), axes.size());
    sizes.clear();
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const double in = static_cast<double>(x.shape()[static_cast<int>(axes[i])]);
      const double span = roi.empty() ? 1 : roi[axes.size() + i] - roi[i];
      // Scales are single precision: 3 * 0.6 (f32) must not become 1.8000001.
      node.claim(in * span * scales[i]);
      sizes.push_back(static_cast<std::int64_t>(std::floor(in * span * static_cast<double>(static_cast<float>(scales[i])))));
    }
  }
  node.claim(sizes);
  if (!roi.empty() && roi.size() < 2 * axes.size()) fail(ErrorCode::kInvalidArgument, "roi has {} entries", roi.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t in = x.shape()[static_cast<int>(axes[i])];
    if (in < 1 || !(scales[i] > 0) || scales[i] > 1e9)
      fail(ErrorCode::kInvalidArgument, "an axis of {} elements is scaled by {}", in, scales[i]);
    node.claim(static_cast<double>(in) * static_cast<double>(sizes[i]));
  }
  // The common case has a kernel of its own.
  Dims spatial;
  std::vector<double> spatial_scales;
  bool outer_plain = true;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] >= 2)
      spatial.push_back(sizes[i]), spatial_scales.push_back(scales[i]);
    else
      outer_plain = outer_plain && sizes[i] == x.shape()[static_cast<int>(axes[i])];
  }
  const bool exact = [&] {
    for (std::size_t i = 0, k = 0; i < axes.size(); ++i) {
      if (axes[i] < 2) continue;
      if (spatial_scales[k++] * static_cast<double>(x.shape()[static_cast<int>(axes[i])]) != static_cast<double>(sizes[i])) return false;
    }
    return true;
  }();
  const bool known = rule.coordinates == "half_pixel" || rule.coordinates == "asymmetric" || rule.coordinates == "align_corners";
  if (is_float(x.dtype()) && rank >= 3 && rank <= 5 && std::ssize(spatial) == rank - 2 && std::ranges::is_sorted(axes) && outer_plain &&
      exact && known && !rule.antialias && !rule.exclude_outside) {
    const std::string rounding = rule.rounding.starts_with("round_") ? rule.rounding.substr(6) : rule.rounding;
    return {resize(
        x,
        {.sizes = spatial, .mode = rule.mode, .coordinates = rule.coordinates, .rounding = rounding, .cubic_coefficient = rule.cubic_a})};
  }
  return {resize_by_matrices(x, axes, sizes, scales, roi, rule)};
}

// ---- sampling -----------------------------------------------------------------------------------------------------------------------

// x: [N, C, spatial…], places: one [N, P] for each spatial axis, whole numbers as i64; result: [N, C, P]. Places outside give 0.
Value pick(const Value& x, const std::vector<Value>& places) {
  const Shape s = x.shape();
  const int spatial = s.rank() - 2;
  Value flat_place, valid;
  std::int64_t count = 1;
  for (int i = 0; i < spatial; ++i) {
    const std::int64_t size = s[2 + i];
    count *= size;
    const Value& p = places[static_cast<std::size_t>(i)];
    const Value zero = onnx_scalar(p, 0), top = onnx_scalar(p, static_cast<double>(size - 1));
    const Value ok = logical_and(greater_equal(p, zero), less_equal(p, top));
    valid = valid.defined() ? logical_and(valid, ok) : ok;
    const Value inside = maximum(minimum(p, top), zero);
    flat_place = flat_place.defined() ? add(mul(flat_place, onnx_scalar(p, static_cast<double>(size))), inside) : inside;
  }
  const std::int64_t points = flat_place.shape()[1];
  const Value flat = reshape(x, {s[0], s[1], count});
  const Value index = broadcast_to(reshape(flat_place, {s[0], 1, points}), {s[0], s[1], points});
  const Value taken = take_along_axis(flat, index, 2);
  return where(reshape(valid, {s[0], 1, points}), taken, onnx_scalar(x, 0));
}

// Interpolates at real places (one [N, P] for each spatial axis).
Value sample(const Value& x, const std::vector<Value>& at, const std::string& mode,
             const std::function<Value(const Value&, std::int64_t)>& bring_inside) {
  const auto spatial = at.size();
  const auto index = [&](const Value& v, std::size_t axis) {
    return cast(bring_inside(v, x.shape()[2 + static_cast<int>(axis)]), DType::kI64);
  };
  if (mode == "nearest") {
    std::vector<Value> places;
    for (std::size_t i = 0; i < spatial; ++i) places.push_back(index(round(at[i]), i));
    return pick(x, places);
  }
  const int taps = mode == "cubic" ? 4 : 2, before = mode == "cubic" ? 1 : 0;
  std::vector<Value> low, rest;
  for (const Value& v : at) {
    low.push_back(floor(v));
    rest.push_back(sub(v, low.back()));
  }
  // |t|: distance of a tap; Keys's kernel with a = -0.75.
  const auto weight = [&](std::size_t axis, int tap) {
    const Value& f = rest[axis];
    if (mode != "cubic") return tap == 0 ? sub(onnx_scalar(f, 1), f) : f;
    const Value t = abs(sub(f, onnx_scalar(f, tap - 1)));
    const auto number = [&](double v) { return onnx_scalar(t, v); };
    constexpr double a = -0.75;
    const Value near = add(mul(mul(sub(mul(t, number(a + 2)), number(a + 3)), t), t), number(1));
    const Value far = mul(sub(mul(add(mul(sub(t, number(5)), t), number(8)), t), number(4)), number(a));
    return where(less_equal(t, number(1)), near, far);
  };
  Value sum;
  int combinations = 1;
  for (std::size_t i = 0; i < spatial; ++i) combinations *= taps;
  for (int c = 0; c < combinations; ++c) {
    std::vector<Value> places;
    Value w;
    int left = c;
    for (std::size_t i = 0; i < spatial; ++i, left /= taps) {
      const int tap = left % taps;
      places.push_back(index(add(low[i], onnx_scalar(low[i], tap - before)), i));
      const Value own = weight(i, tap);
      w = w.defined() ? mul(w, own) : own;
    }
    const Value part = mul(pick(x, places), expand_dims(w, {1}));
    sum = sum.defined() ? add(sum, part) : part;
  }
  return sum;
}

// Mirrors places at both borders until they are inside.
Value reflected(const Value& v, double low, double high) {
  const double span = high - low;
  if (span <= 0) return onnx_scalar(v, 0);
  const auto number = [&](double x) { return onnx_scalar(v, x); };
  const Value turn = mod(sub(v, number(low)), number(2 * span));
  return add(where(greater(turn, number(span)), sub(number(2 * span), turn), turn), number(low));
}

OnnxResults read_grid_sample(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), grid = node.value(1);
  const std::size_t spatial = spatial_sizes(x).size();
  if (spatial < 1 || grid.shape()[-1] != static_cast<std::int64_t>(spatial))
    fail(ErrorCode::kShapeMismatch, "a grid {} for {}", grid.shape(), x.shape());
  std::string mode = node.text("mode", "linear");
  if (mode == "bilinear") mode = "linear";
  if (mode == "bicubic") mode = "cubic";
  const std::string padding = node.text("padding_mode", "zeros");
  const bool corners = node.integer("align_corners", 0) != 0;
  const std::int64_t n = x.shape()[0],
                     points = grid.shape().num_elements() / std::max<std::int64_t>(1, n * static_cast<std::int64_t>(spatial));
  const Value flat = reshape(grid, {n, points, static_cast<std::int64_t>(spatial)});
  const auto border = [&](const Value& v, std::int64_t size, const std::string& how) {
    const double top = static_cast<double>(size - 1);
    if (how == "border") return clip(v, 0, top);
    if (how != "reflection") return v;
    return corners ? reflected(v, 0, top) : clip(reflected(v, -0.5, top + 0.5), 0, top);
  };
  std::vector<Value> at;
  for (std::size_t i = 0; i < spatial; ++i) {
    // The grid's last axis counts from the innermost spatial axis.
    const auto column = static_cast<std::int64_t>(spatial - 1 - i);
    const Value g = reshape(slice(flat, {.starts = {column}, .ends = {column + 1}, .axes = {2}}), {n, points});
    const std::int64_t size = x.shape()[2 + static_cast<int>(i)];
    const double scale = corners ? static_cast<double>(size - 1) / 2 : static_cast<double>(size) / 2;
    const Value place = add(mul(add(g, onnx_scalar(g, 1)), onnx_scalar(g, scale)), onnx_scalar(g, corners ? 0 : -0.5));
    at.push_back(mode == "cubic" ? place : border(place, size, padding));
  }
  const Value y = sample(x, at, mode, [&](const Value& v, std::int64_t size) { return mode == "cubic" ? border(v, size, padding) : v; });
  Dims dims = {n, x.shape()[1]};
  const Shape of_grid = grid.shape();
  dims.insert(dims.end(), of_grid.begin() + 1, of_grid.end() - 1);
  return {reshape(y, dims)};
}

// A grid of places: theta [N, 2, 3] or [N, 3, 4] times homogeneous coordinates.
OnnxResults read_affine_grid(OnnxNodeReader& node) {
  const Value theta = node.value(std::size_t{0});
  const Dims size = onnx_dims(node.tensor(1));
  const bool corners = node.integer("align_corners", 0) != 0;
  if (size.size() < 3) fail(ErrorCode::kInvalidArgument, "the size is {}", Shape(size));
  node.claim(size);
  const std::size_t spatial = size.size() - 2;
  std::int64_t points = 1;
  for (std::size_t i = 0; i < spatial; ++i) points *= size[2 + i];
  const Tensor base = Tensor::empty(DType::kF64, {points, static_cast<std::int64_t>(spatial) + 1});
  for (std::int64_t p = 0; p < points; ++p) {
    std::int64_t rest = p;
    double* row = base.data<double>() + p * static_cast<std::int64_t>(spatial + 1);
    for (std::size_t i = spatial; i-- > 0;) {
      const std::int64_t n = size[2 + i], at = rest % n;
      rest /= n;
      const double v = corners ? (n == 1 ? 0 : -1 + 2.0 * static_cast<double>(at) / static_cast<double>(n - 1))
                               : -1 + (2.0 * static_cast<double>(at) + 1) / static_cast<double>(n);
      row[spatial - 1 - i] = v;
    }
    row[spatial] = 1;
  }
  const Value grid = matmul(constant(theta.builder(), base.cast(theta.dtype())), theta, {.transpose_b = true});
  Dims dims = {size[0]};
  dims.insert(dims.end(), size.begin() + 2, size.end());
  dims.push_back(static_cast<std::int64_t>(spatial));
  return {reshape(grid, dims)};
}

// For each region, cells of a grid, each the mean (or largest) of a few samples.
OnnxResults read_roi_align(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const Tensor rois = node.tensor(1), pictures = node.tensor(2);
  const std::int64_t height = node.integer("output_height", 1), width = node.integer("output_width", 1),
                     ratio = node.integer("sampling_ratio", 0);
  const double scale = node.number("spatial_scale", 1);
  const bool largest = node.text("mode", "avg") == "max";
  const bool half = node.text("coordinate_transformation_mode", node.opset() < 16 ? "output_half_pixel" : "half_pixel") == "half_pixel";
  const std::vector<double> box = rois.to_vector<double>();
  const Shape s = x.shape();
  if (s.rank() != 4 || rois.shape() != Shape{pictures.num_elements(), 4})
    fail(ErrorCode::kShapeMismatch, "regions {} for {}", rois.shape(), s);
  node.claim(Dims{height, width, std::max<std::int64_t>(ratio, 1), std::max<std::int64_t>(ratio, 1)});
  std::vector<Value> regions;
  for (std::int64_t r = 0; r < rois.shape()[0]; ++r) {
    const double* b = box.data() + r * 4;
    const double shift = half ? 0.5 : 0, left = b[0] * scale - shift, top = b[1] * scale - shift;
    double w = b[2] * scale - shift - left, h = b[3] * scale - shift - top;
    if (!half) w = std::max(w, 1.0), h = std::max(h, 1.0);
    const double cell_h = h / static_cast<double>(height), cell_w = w / static_cast<double>(width);
    node.claim(std::abs(cell_h) + std::abs(cell_w));
    const auto rows = ratio > 0 ? ratio : static_cast<std::int64_t>(std::ceil(cell_h)),
               columns = ratio > 0 ? ratio : static_cast<std::int64_t>(std::ceil(cell_w));
    const std::int64_t each = rows * columns, points = height * width * each;
    if (each < 1) fail(ErrorCode::kInvalidArgument, "region {} has no samples", r);
    node.claim(static_cast<double>(points));
    std::vector<std::int64_t> corner[4];
    std::vector<double> weight[4];
    const auto sample_at = [&](double y, double z) {
      const double rows_in = static_cast<double>(s[2]), columns_in = static_cast<double>(s[3]);
      const bool out = y < -1 || y > rows_in || z < -1 || z > columns_in;
      y = std::clamp(y, 0.0, rows_in - 1), z = std::clamp(z, 0.0, columns_in - 1);
      const auto y0 = static_cast<std::int64_t>(y), z0 = static_cast<std::int64_t>(z);
      const std::int64_t y1 = std::min(y0 + 1, s[2] - 1), z1 = std::min(z0 + 1, s[3] - 1);
      const double fy = y - static_cast<double>(y0), fz = z - static_cast<double>(z0);
      const std::int64_t place[4] = {y0 * s[3] + z0, y0 * s[3] + z1, y1 * s[3] + z0, y1 * s[3] + z1};
      const double parts[4] = {(1 - fy) * (1 - fz), (1 - fy) * fz, fy * (1 - fz), fy * fz};
      for (int k = 0; k < 4; ++k) corner[k].push_back(place[k]), weight[k].push_back(out ? 0 : parts[k]);
    };
    for (std::int64_t i = 0; i < height; ++i) {
      for (std::int64_t j = 0; j < width; ++j) {
        for (std::int64_t p = 0; p < each; ++p) {
          const double y = top + (static_cast<double>(i) + (static_cast<double>(p / columns) + 0.5) / static_cast<double>(rows)) * cell_h;
          sample_at(y, left + (static_cast<double>(j) + (static_cast<double>(p % columns) + 0.5) / static_cast<double>(columns)) * cell_w);
        }
      }
    }
    const std::int64_t picture = pictures.to_vector<std::int64_t>()[static_cast<std::size_t>(r)];
    const Value flat = reshape(slice(x, {.starts = {picture}, .ends = {picture + 1}, .axes = {0}}), {s[1], s[2] * s[3]});
    Value all;
    for (int k = 0; k < 4; ++k) {
      const Value taken = gather(flat, constant(x.builder(), integers_tensor(corner[k])), 1);
      const Value part = mul(taken, constant(x.builder(), Tensor::from(weight[k], {points}).cast(x.dtype())));
      // The largest is taken of the weighted corners themselves, as ONNX defines it.
      all = !all.defined() ? part : largest ? maximum(all, part) : add(all, part);
    }
    const Value cells = reshape(all, {s[1], height, width, each});
    regions.push_back(largest ? max(cells, {.axes = {3}}) : mean(cells, {.axes = {3}}));
  }
  return {stack(regions, 0)};
}

// Blocks of columns back to a picture: sums where they overlap.
OnnxResults read_col2im(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const Dims image = onnx_dims(node.tensor(1)), block = onnx_dims(node.tensor(2));
  const std::size_t axes = image.size();
  const Dims strides = onnx_per_axis(node, "strides", axes), dilations = onnx_per_axis(node, "dilations", axes),
             pads = node.integers("pads", Dims(2 * axes, 0));
  if (axes < 1 || block.size() != axes || pads.size() != 2 * axes)
    fail(ErrorCode::kInvalidArgument, "blocks {} of {}", Shape(block), Shape(image));
  node.claim(image);
  node.claim(block);
  for (const std::int64_t pad : pads) check_pad(pad);
  std::int64_t taps = 1;
  for (const std::int64_t size : block) taps *= size;
  if (taps < 1) fail(ErrorCode::kInvalidArgument, "empty blocks");
  const std::int64_t n = x.shape()[0], channels = x.shape()[1] / taps;
  Dims counts, padded;
  std::int64_t area = 1;
  for (std::size_t i = 0; i < axes; ++i) {
    padded.push_back(image[i] + pads[i] + pads[axes + i]);
    counts.push_back((padded[i] - dilations[i] * (block[i] - 1) - 1) / strides[i] + 1);
    area *= padded[i];
  }
  node.claim(padded);
  node.claim(counts);
  std::int64_t columns = 1;
  for (const std::int64_t count : counts) columns *= count;
  node.claim(static_cast<double>(columns) * static_cast<double>(taps));
  std::vector<std::int64_t> targets;
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    for (std::int64_t column = 0; column < columns; ++column) {
      std::int64_t place = 0, scale = 1, t = tap, c = column;
      for (std::size_t i = axes; i-- > 0;) {
        place += ((c % counts[i]) * strides[i] + (t % block[i]) * dilations[i]) * scale;
        scale *= padded[i];
        t /= block[i];
        c /= counts[i];
      }
      targets.push_back(place);
    }
  }
  const std::int64_t all = taps * columns;
  const Value flat = reshape(x, {n, channels, all});
  const Value index = broadcast_to(reshape(constant(x.builder(), integers_tensor(targets)), {1, 1, all}), {n, channels, all});
  const Value zeros = broadcast_to(onnx_scalar(x, 0), {n, channels, area});
  Dims dims = {n, channels};
  dims.insert(dims.end(), padded.begin(), padded.end());
  const Value y = reshape(scatter(zeros, index, flat, {.axis = 2, .reduction = "add"}), dims);
  SliceOptions inner;
  for (std::size_t i = 0; i < axes; ++i) {
    inner.starts.push_back(pads[i]);
    inner.ends.push_back(pads[i] + image[i]);
    inner.axes.push_back(static_cast<std::int64_t>(2 + i));
  }
  return {slice(y, inner)};
}

// A convolution whose taps are moved, each by an offset of its own, and weighted.
OnnxResults read_deform_conv(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), w = node.value(1), offsets = node.value(2);
  const std::int64_t groups = node.integer("group", 1), offset_groups = node.integer("offset_group", 1);
  if (x.rank() != 4) fail(ErrorCode::kUnsupported, "deformable convolution is supported for pictures only, x has the shape {}", x.shape());
  const Dims strides = onnx_per_axis(node, "strides", 2), dilations = onnx_per_axis(node, "dilations", 2),
             pads = node.integers("pads", Dims(4, 0));
  if (pads.size() != 4 || offset_groups < 1 || groups < 1) fail(ErrorCode::kInvalidArgument, "pads, group or offset_group do not fit");
  node.claim(static_cast<double>(offsets.shape().num_elements()));
  const std::int64_t n = x.shape()[0], channels = x.shape()[1], kh = w.shape()[2], kw = w.shape()[3], taps = kh * kw;
  const std::int64_t oh = offsets.shape()[2], ow = offsets.shape()[3], points = taps * oh * ow, own = channels / offset_groups;
  std::vector<double> base[2];
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    for (std::int64_t p = 0; p < oh * ow; ++p) {
      base[0].push_back(static_cast<double>(p / ow * strides[0] - pads[0] + tap / kw * dilations[0]));
      base[1].push_back(static_cast<double>(p % ow * strides[1] - pads[1] + tap % kw * dilations[1]));
    }
  }
  const Value moved = reshape(offsets, {n, offset_groups, taps, 2, oh * ow});
  std::vector<Value> sampled;
  for (std::int64_t g = 0; g < offset_groups; ++g) {
    std::vector<Value> at;
    for (std::int64_t axis = 0; axis < 2; ++axis) {
      const Value by = reshape(slice(moved, {.starts = {g, axis}, .ends = {g + 1, axis + 1}, .axes = {1, 3}}), {n, points});
      at.push_back(add(by, constant(x.builder(), Tensor::from(base[axis], {1, points}).cast(x.dtype()))));
    }
    const Value part = slice(x, {.starts = {g * own}, .ends = {(g + 1) * own}, .axes = {1}});
    Value taken = sample(part, at, "linear", [](const Value& v, std::int64_t) { return v; });  // [n, own, points]
    if (node.has(4)) {
      const Value mask = reshape(node.value(4), {n, offset_groups, points});
      taken = mul(taken, slice(mask, {.starts = {g}, .ends = {g + 1}, .axes = {1}}));
    }
    sampled.push_back(taken);
  }
  const Value columns = reshape(sampled.size() == 1 ? sampled[0] : concat(sampled, 1), {n, groups, channels / groups * taps, oh * ow});
  const Value weights = reshape(w, {1, groups, w.shape()[0] / groups, channels / groups * taps});
  Value y = reshape(matmul(weights, columns), {n, w.shape()[0], oh, ow});
  if (node.has(3)) y = add(y, reshape(node.value(3), {1, w.shape()[0], 1, 1}));
  return {y};
}

}  // namespace

std::span<const OnnxOperator> onnx_images() {
  static const OnnxOperator rows[] = {
      {"AffineGrid", read_affine_grid, 20}, {"Col2Im", read_col2im, 18}, {"DeformConv", read_deform_conv, 19},
      {"GridSample", read_grid_sample, 16}, {"Resize", read_resize, 10}, {"RoiAlign", read_roi_align, 10},
      {"Upsample", read_resize, 7},
  };
  return rows;
}

}  // namespace lepton::ops
