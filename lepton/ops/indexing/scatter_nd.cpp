// scatter_nd: writes slices into a copy of x at places that tuples of indices name.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/gather_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(check_reduction(c));
  LEPTON_TRY(const Shape updates, tuple_gathered_shape(c, c.shape(0), 0));
  if (updates != c.shape(2)) return c.error(ErrorCode::kShapeMismatch, "updates must have the shape {} (got {})", updates, c.shape(2));
  return std::vector<Shape>{c.shape(0)};
}

std::vector<Value> gradient(const RuleContext& c) {
  const bool adds = c.attributes.text("reduction") == "add";
  const Value kept = adds ? c.grads[0] : call<Value>("scatter_nd", {c.grads[0], c.inputs[1], zeros_like(c.inputs[2])}, c.attributes);
  return {kept, Value(), gather_nd(c.grads[0], c.inputs[1])};
}

void emit(OnnxEmitter& e) {
  const std::string indices = onnx_node(e, "Cast", {e.input(1)}, {{"to", DType::kI64}});
  e.output(0, onnx_node(e, "ScatterND", {e.input(0), indices, e.input(2)}, {{"reduction", e.attributes().text("reduction")}}));
}

std::vector<Sample> samples() {
  return {{{{{4, 3}}, {.value = Tensor::from<std::int64_t>({0, 1, 3, -1, 2, 0}, {3, 2})}, {{3}}}},
          {{{{4, 3}}, {.value = Tensor::from<std::int32_t>({2, -4}, {2, 1})}, {{2, 3}}}},
          {{{{4, 3}}, {{5, 1}, 0, 4, DType::kI64}, {{5, 3}}}, {{"reduction", "add"}}},
          {{{{2, 3}}, {{0, 1}, 0, 2, DType::kI64}, {{0, 3}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}, {{4, 1}, 0, 2, DType::kI64}, {{4, 2}}}}, ErrorCode::kShapeMismatch},
          {{{{{2, 3}}, {{4, 1}, 0, 2, DType::kI64}, {{4, 3}}}, {{"reduction", "mean"}}}, ErrorCode::kInvalidArgument}};
}

}  // namespace

OpDef scatter_nd_op() {
  return {
      .name = "scatter_nd",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Writes slices into a copy of x at the places that tuples of indices name.",
      .formula = "y = x, then y[indices[i, 0], …, indices[i, depth - 1], k] = updates[i, k]",
      .inputs = {{"x", kNumeric, "[indexed…, rest…]"},
                 {"indices", kIndices, "[places…, depth]"},
                 {"updates", like("x"), "[places…, rest…]"}},
      .outputs = {{"y", like("x"), "as x"}},
      .attributes = reduction_attribute(),
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 18, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
