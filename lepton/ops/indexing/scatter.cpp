// scatter: writes elements into a copy of x along an axis, each at an index of its own.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/gather_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), c.shape(0).rank(), c.op.name));
  LEPTON_CHECK_OK(check_reduction(c));
  Shape like = c.shape(1);
  if (like.rank() == c.shape(0).rank()) like[axis] = c.shape(0)[axis];
  if (c.shape(1) != c.shape(2) || like != c.shape(0)) {
    return c.error(ErrorCode::kShapeMismatch,
                   "indices and updates must agree, and with x in all axes but {} (x {}, indices {}, updates {})", axis, c.shape(0),
                   c.shape(1), c.shape(2));
  }
  return std::vector<Shape>{c.shape(0)};
}

std::vector<Value> gradient(const RuleContext& c) {
  const std::int64_t axis = c.attributes.integer("axis");
  const bool adds = c.attributes.text("reduction") == "add";
  const Value kept = adds ? c.grads[0] : call<Value>("scatter", {c.grads[0], c.inputs[1], zeros_like(c.inputs[2])}, c.attributes);
  return {kept, Value(), take_along_axis(c.grads[0], c.inputs[1], axis)};
}

void emit(OnnxEmitter& e) {
  e.output(0, onnx_node(e, "ScatterElements", {e.input(0), e.input(1), e.input(2)},
                        {{"axis", e.attributes().integer("axis")}, {"reduction", e.attributes().text("reduction")}}));
}

std::vector<Sample> samples() {
  const SampleInput distinct = {.value = Tensor::from<std::int64_t>({4, -5, 2}, {3})};
  return {{{{{5}}, distinct, {{3}}}},
          {{{{3, 4, 2}}, {{3, 6, 2}, 0, 4, DType::kI32}, {{3, 6, 2}}}, {{"axis", 1}, {"reduction", "add"}}},
          {{{{0, 3}}, {{0, 2}, 0, 3, DType::kI64}, {{0, 2}}}}};
}

std::vector<Reject> rejects() {
  const SampleInput indices = {{2, 3}, 0, 2, DType::kI64};
  return {{{{{{2, 3}}, indices, {{2, 2}}}}, ErrorCode::kShapeMismatch},
          {{{{{3, 3}}, indices, {{2, 3}}}}, ErrorCode::kShapeMismatch},
          {{{{{2, 3}}, indices, {{2, 3}}}, {{"reduction", "divide"}}}, ErrorCode::kInvalidArgument}};
}

}  // namespace

OpDef scatter_op() {
  std::vector<AttributeDef> attributes = {{"axis", std::int64_t{-1}, any_value, "axis that is indexed"}};
  attributes.push_back(reduction_attribute()[0]);
  return {
      .name = "scatter",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Writes elements into a copy of x, each at its own index along an axis.",
      .formula = "y = x, then y[i, indices[i, j, k], k] = updates[i, j, k] for axis 1",
      .inputs = {{"x", kNumeric, "at least 1 axis"}, {"indices", kIndices, "as x but for the axis"}, {"updates", like("x"), "as indices"}},
      .outputs = {{"y", like("x"), "as x"}},
      .attributes = std::move(attributes),
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 18, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
