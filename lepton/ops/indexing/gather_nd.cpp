// gather_nd: picks elements or slices of x by tuples of indices.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/gather_rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(Shape shape, tuple_gathered_shape(c, c.shape(0), c.attributes.integer("batch_dims")));
  return std::vector<Shape>{std::move(shape)};
}

std::vector<Value> gradient(const RuleContext& c) {
  return {call<Value>("gather_nd_gradient", {c.grads[0], c.inputs[1], c.inputs[0]}, c.attributes), Value()};
}

void emit(OnnxEmitter& e) {
  const std::string indices = onnx_node(e, "Cast", {e.input(1)}, {{"to", DType::kI64}});
  e.output(0, onnx_node(e, "GatherND", {e.input(0), indices}, {{"batch_dims", e.attributes().integer("batch_dims")}}));
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const GatherCase& one : tuple_gather_cases()) all.push_back({{{one.x}, one.indices}, one.attributes});
  return all;
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}, {{4, 3}, 0, 2, DType::kI64}}}, ErrorCode::kShapeMismatch},
          {{{{{2, 3}}, {{}, 0, 2, DType::kI64}}}, ErrorCode::kShapeMismatch},
          {{{{{2, 3, 4}}, {{3, 5, 1}, 0, 2, DType::kI64}}, {{"batch_dims", 1}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef gather_nd_op() {
  return {
      .name = "gather_nd",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Picks elements or slices by tuples of indices; negative indices count from the end.",
      .formula = "y[b, i, k] = x[b, indices[b, i, 0], …, indices[b, i, depth - 1], k]",
      .inputs = {{"x", kAnyDtype, "[batch…, indexed…, rest…]"}, {"indices", kIndices, "[batch…, places…, depth]"}},
      .outputs = {{"y", like("x"), "[batch…, places…, rest…]"}},
      .attributes = {{"batch_dims", std::int64_t{0}, non_negative, "leading axes that x and indices share"}},
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
