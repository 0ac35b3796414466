// Standardising, and parameters that lie along some axes of x only.
#include "lepton/ops/internal/feature_rules.hpp"

#include <algorithm>

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/channel_rules.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

// Counted from the front and sorted; the attribute is known to be valid.
std::vector<std::int64_t> sorted_axes(const Attributes& attributes, int rank) {
  std::vector<std::int64_t> axes = attributes.integers("axes");
  for (std::int64_t& axis : axes) axis = axis < 0 ? axis + rank : axis;
  std::ranges::sort(axes);
  return axes;
}

// Where a parameter along `axes` needs axes of size 1 to broadcast with x: behind its first one.
std::vector<std::int64_t> missing_axes(const std::vector<std::int64_t>& axes, int rank) {
  std::vector<std::int64_t> missing;
  for (std::int64_t axis = axes.front() + 1; axis < rank; ++axis) {
    if (!std::ranges::binary_search(axes, axis)) missing.push_back(axis - axes.front());
  }
  return missing;
}

}  // namespace

Value standardized(const Value& x, const std::vector<std::int64_t>& axes, double epsilon) {
  const Value centered = sub(x, mean(x, {.axes = axes, .keepdims = true}));
  const Value variance = mean(square(centered), {.axes = axes, .keepdims = true});
  return mul(centered, rsqrt(add(variance, constant_like(variance, epsilon))));
}

Value scaled_channels(const Value& x, const Value& scale, const Value& offset) {
  Value y = x;
  if (scale.defined()) y = mul(y, along_channels(scale, x));
  if (offset.defined()) y = add(y, along_channels(offset, x));
  return y;
}

Result<std::vector<int>> feature_axes(const InferContext& c) {
  const Shape& x = c.shape(0);
  std::vector<int> axes;
  for (const std::int64_t axis : c.attributes.integers("axes")) {
    LEPTON_TRY(const int place, normalize_axis(axis, x.rank(), c.op.name));
    axes.push_back(place);
  }
  std::ranges::sort(axes);
  if (axes.empty() || std::ranges::adjacent_find(axes) != axes.end())
    return c.error(ErrorCode::kInvalidArgument, "axes must name at least one axis, and each once");
  for (const int axis : axes) {
    if (x[axis] == 0) return c.error(ErrorCode::kShapeMismatch, "axis {} has no elements (x {})", axis, x);
  }
  return axes;
}

Result<std::vector<Shape>> infer_feature_norm(const InferContext& c, std::size_t last) {
  LEPTON_TRY(const std::vector<int> axes, feature_axes(c));
  Dims dims;
  for (const int axis : axes) dims.push_back(c.shape(0)[axis]);
  const Shape features(std::move(dims));
  for (std::size_t i = 1; i <= last; ++i) {
    if (c.present(i) && c.shape(i) != features) {
      return c.error(ErrorCode::kShapeMismatch, "'{}' must have the sizes of x along axes, {} (got {})", c.op.inputs[i].name, features,
                     c.shape(i));
    }
  }
  return std::vector<Shape>{c.shape(0)};
}

Value along_features(const Value& parameter, const Value& x, const Attributes& attributes) {
  const std::vector<std::int64_t> missing = missing_axes(sorted_axes(attributes, x.rank()), x.rank());
  return missing.empty() ? parameter : expand_dims(parameter, missing);
}

std::string onnx_along_features(OnnxEmitter& e, std::size_t input) {
  const int rank = e.input_type(0).shape.rank();
  const std::vector<std::int64_t> missing = missing_axes(sorted_axes(e.attributes(), rank), rank);
  if (missing.empty()) return e.input(input);
  return onnx_node(e, "Unsqueeze", {e.input(input), e.constant(Tensor::from(missing, {static_cast<std::int64_t>(missing.size())}))});
}

bool features_are_last(const OnnxEmitter& e) {
  const int rank = e.input_type(0).shape.rank();
  const std::vector<std::int64_t> axes = sorted_axes(e.attributes(), rank);
  return axes.front() == rank - static_cast<std::int64_t>(axes.size());
}

std::string onnx_feature_mean(OnnxEmitter& e, const std::string& x) {
  const auto& axes = e.attributes().integers("axes");
  return onnx_node(e, "ReduceMean", {x, e.constant(Tensor::from(axes, {static_cast<std::int64_t>(axes.size())}))}, {{"keepdims", 1}});
}

std::string onnx_over_deviation(OnnxEmitter& e, const std::string& x, const std::string& variance) {
  const std::string shifted = onnx_node(e, "Add", {variance, onnx_scalar(e, e.attributes().number("epsilon"))});
  return onnx_node(e, "Div", {x, onnx_node(e, "Sqrt", {shifted})});
}

}  // namespace lepton::ops
