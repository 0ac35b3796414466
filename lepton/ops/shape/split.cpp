// split: parts a tensor along an axis into pieces of given sizes.
#include <numeric>

#include "lepton/ops/internal/joining_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<TensorType>> infer(const InferContext& c) {
  const Shape& x = c.shape(0);
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), x.rank(), c.op.name));
  const auto& sizes = c.attributes.integers("sizes");
  if (std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) != x[axis] || sizes.empty())
    return c.error(ErrorCode::kShapeMismatch, "the sizes {} must add up to the {} elements of axis {}", Attribute(sizes).to_string(),
                   x[axis], axis);
  std::vector<TensorType> types;
  for (const std::int64_t size : sizes) {
    types.push_back(c.inputs[0]);
    types.back().shape[axis] = size;
  }
  return types;
}

std::vector<Value> body(const RuleContext& c) {
  const std::int64_t axis = c.attributes.integer("axis");
  std::vector<Value> parts;
  std::int64_t start = 0;
  for (const std::int64_t size : c.attributes.integers("sizes")) {
    parts.push_back(slice(c.inputs[0], {.starts = {start}, .ends = {start + size}, .axes = {axis}}));
    start += size;
  }
  return parts;
}

void emit(OnnxEmitter& e) {
  const auto& sizes = e.attributes().integers("sizes");
  const std::string lengths = e.constant(Tensor::from(sizes, {static_cast<std::int64_t>(sizes.size())}));
  const auto parts = e.node("Split", {e.input(0), lengths}, {{"axis", e.attributes().integer("axis")}}, static_cast<int>(sizes.size()));
  for (std::size_t i = 0; i < parts.size(); ++i) e.output(i, parts[i]);
}

std::vector<Sample> samples() {
  return {{{{{8}}}, {{"sizes", {3, 5}}}}, {{{{2, 6, 2}}}, {{"sizes", {1, 2, 3}}, {"axis", 1}}}, {{{{4, 3}}}, {{"sizes", {4, 0}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{8}}}, {{"sizes", {3, 4}}}}, ErrorCode::kShapeMismatch},
          {{{{{8}}}, {{"sizes", {-1, 9}}}}, ErrorCode::kInvalidArgument},
          {{{{{8}}}, {{"sizes", {8}}, {"axis", 1}}}, ErrorCode::kInvalidArgument}};
}

}  // namespace

OpDef split_op() {
  return {
      .name = "split",
      .family = Family::kShape,
      .since = 1,
      .summary = "Parts a tensor along an axis into pieces of given sizes.",
      .inputs = {{"x", kAnyDtype, "any shape with the axis"}},
      .outputs = {{"y", like("x"), "one for each size"}},
      .attributes = {{"sizes", std::vector<std::int64_t>{}, non_negative_integers, "size of each piece along the axis", true},
                     {"axis", std::int64_t{0}, any_value, "axis along which to part"}},
      .infer_types = infer,
      .gradient = joined_gradients,
      .body = body,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
