// take_along_axis: picks elements along an axis, each by an index of its own.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), c.shape(0).rank(), c.op.name));
  Shape expected = c.shape(1);
  if (expected.rank() == c.shape(0).rank()) expected[axis] = c.shape(0)[axis];
  if (expected != c.shape(0)) {
    return c.error(ErrorCode::kShapeMismatch, "x and indices must agree in all axes but {} (x {}, indices {})", axis, c.shape(0),
                   c.shape(1));
  }
  return std::vector<Shape>{c.shape(1)};
}

std::vector<Value> gradient(const RuleContext& c) {
  return {scatter_add_along_axis(c.grads[0], c.inputs[1], c.inputs[0], c.attributes.integer("axis")), Value()};
}

void emit(OnnxEmitter& e) {
  e.output(0, onnx_node(e, "GatherElements", {e.input(0), e.input(1)}, {{"axis", e.attributes().integer("axis")}}));
}

std::vector<Sample> samples() {
  return {{{{{5}}, {{7}, -5, 5, DType::kI64}}},
          {{{{3, 4, 2}}, {{3, 6, 2}, 0, 4, DType::kI32}}, {{"axis", 1}}},
          {{{{0, 3}}, {{0, 2}, 0, 3, DType::kI64}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}, {{3, 3}, 0, 2, DType::kI64}}}, ErrorCode::kShapeMismatch}, {{{{{2, 3}}, {{2, 3}}}}, ErrorCode::kDtypeMismatch}};
}

}  // namespace

OpDef take_along_axis_op() {
  return {
      .name = "take_along_axis",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Picks elements along an axis, each by an index of its own; negative indices count from the end.",
      .formula = "y[i, j, k] = x[i, indices[i, j, k], k] for axis 1",
      .inputs = {{"x", kAnyDtype, "at least 1 axis"}, {"indices", kIndices, "shape of x but for the axis"}},
      .outputs = {{"y", like("x"), "shape of indices"}},
      .attributes = {{"axis", std::int64_t{-1}, any_value, "axis that is indexed"}},
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
