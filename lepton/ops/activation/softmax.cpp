// softmax: normalises exponentials along an axis.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(normalize_axis(c.attributes.integer("axis"), c.shape(0).rank(), c.op.name));
  return infer_like_first(c);
}

std::vector<Value> gradient(const RuleContext& c) {
  const Value &y = c.outputs[0], &g = c.grads[0];
  return {y * (g - sum(g * y, {{c.attributes.integer("axis")}, true}))};
}

void emit(OnnxEmitter& e) { e.output(0, onnx_node(e, "Softmax", {e.input(0)}, {{"axis", e.attributes().integer("axis")}})); }

std::vector<Sample> samples() {
  return {{{{{3, 5}, -4, 4}}},
          {{{{2, 3, 4}, -4, 4}}, {{"axis", 1}}},
          {{{{6}}}, {{"axis", 0}}},
          {{{{0, 3}}}},
          {{{{2, 4}, 900, 1000}}, {}, "large"}};
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}}, {{"axis", 2}}}, ErrorCode::kInvalidArgument}, {{{{{}}}}, ErrorCode::kInvalidArgument}};
}

}  // namespace

OpDef softmax_op() {
  return {
      .name = "softmax",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Positive numbers that sum to 1 along an axis.",
      .formula = "y = e^x / sum of e^x along the axis",
      .inputs = {{"x", kFloats, "at least 1 axis"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"axis", std::int64_t{-1}, any_value, "axis along which the result is normalised"}},
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
