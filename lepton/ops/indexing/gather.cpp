// gather: picks slices of x along an axis by index.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/gather_rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(Shape shape, gathered_shape(c, c.shape(0)));
  return std::vector<Shape>{std::move(shape)};
}

std::vector<Value> gradient(const RuleContext& c) {
  return {call<Value>("gather_gradient", {c.grads[0], c.inputs[1], c.inputs[0]}, c.attributes), Value()};
}

void emit(OnnxEmitter& e) { e.output(0, onnx_node(e, "Gather", {e.input(0), e.input(1)}, {{"axis", e.attributes().integer("axis")}})); }

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const GatherCase& one : gather_cases()) all.push_back({{{one.x}, one.indices}, one.attributes});
  return all;
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}, {{4}, 0, 2, DType::kI64}}, {{"axis", 2}}}, ErrorCode::kInvalidArgument},
          {{{{{2, 3}}, {{4}}}}, ErrorCode::kDtypeMismatch}};
}

}  // namespace

OpDef gather_op() {
  return {
      .name = "gather",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Picks slices along an axis by index; negative indices count from the end.",
      .formula = "y[o, i, k] = x[o, indices[i], k], o before and k after the axis",
      .inputs = {{"x", kAnyDtype, "at least 1 axis"}, {"indices", kIndices, "any shape"}},
      .outputs = {{"y", like("x"), "x with the axis replaced by the axes of indices"}},
      .attributes = gather_attributes(),
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
