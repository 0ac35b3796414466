// scatter_add_along_axis: adds elements into zeros along an axis: the gradient of take_along_axis.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), c.shape(0).rank(), c.op.name));
  Shape like = c.shape(2);
  if (like.rank() == c.shape(0).rank()) like[axis] = c.shape(0)[axis];
  if (c.shape(0) != c.shape(1) || like != c.shape(0)) {
    return c.error(ErrorCode::kShapeMismatch, "x and indices must agree, and with 'like' in all axes but {} (x {}, indices {}, like {})",
                   axis, c.shape(0), c.shape(1), c.shape(2));
  }
  return std::vector<Shape>{c.shape(2)};
}

std::vector<Value> gradient(const RuleContext& c) {
  return {take_along_axis(c.grads[0], c.inputs[1], c.attributes.integer("axis")), Value(), Value()};
}

void emit(OnnxEmitter& e) {
  const std::string zeros = onnx_node(e, "Expand", {onnx_scalar(e, 0), onnx_node(e, "Shape", {e.input(2)})});
  e.output(0, onnx_node(e, "ScatterElements", {zeros, e.input(1), e.input(0)},
                        {{"axis", e.attributes().integer("axis")}, {"reduction", "add"}}));
}

std::vector<Sample> samples() {
  return {{{{{7}}, {{7}, -5, 5, DType::kI64}, {{5}}}},
          {{{{3, 6, 2}}, {{3, 6, 2}, 0, 4, DType::kI32}, {{3, 4, 2}}}, {{"axis", 1}}},
          {{{{0, 2}}, {{0, 2}, 0, 3, DType::kI64}, {{0, 3}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}, {{2, 4}, 0, 2, DType::kI64}, {{2, 5}}}}, ErrorCode::kShapeMismatch},
          {{{{{2, 3}}, {{2, 3}, 0, 2, DType::kI64}, {{3, 5}}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef scatter_add_along_axis_op() {
  return {
      .name = "scatter_add_along_axis",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Adds each element of x into zeros in the shape of 'like', at its own index along an axis.",
      .formula = "y[i, indices[i, j, k], k] += x[i, j, k] for axis 1",
      .inputs = {{"x", kNumeric, "at least 1 axis"},
                 {"indices", kIndices, "shape of x"},
                 {.name = "like", .dtype = kAnyDtype, .doc = "gives the shape; that of x but for the axis", .shape_only = true}},
      .outputs = {{"y", like("x"), "shape of like"}},
      .attributes = {{"axis", std::int64_t{-1}, any_value, "axis that is indexed"}},
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 18, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
