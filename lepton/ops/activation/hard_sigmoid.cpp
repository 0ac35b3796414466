// hard_sigmoid: a piecewise linear sigmoid.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

// Flat at both kinks, as in Keras (relu6).
std::vector<Value> gradient(const RuleContext& c) {
  const Value &y = c.outputs[0], &g = c.grads[0];
  const Value zero = constant_like(y, 0), inside = logical_and(greater(y, zero), less(y, constant_like(y, 1)));
  return {where(inside, c.attributes.number("alpha") * g, zero)};
}

void emit(OnnxEmitter& e) {
  e.output(0,
           onnx_node(e, "HardSigmoid", {e.input(0)}, {{"alpha", e.attributes().number("alpha")}, {"beta", e.attributes().number("beta")}}));
}

}  // namespace

OpDef hard_sigmoid_op() {
  return {
      .name = "hard_sigmoid",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Piecewise linear approximation of the sigmoid.",
      .formula = "y = min(max(alpha x + beta, 0), 1)",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"alpha", 1.0 / 6.0, any_value, "slope; Keras 1/6, ONNX 0.2"}, {"beta", 0.5, any_value, "value at 0"}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 6, .emit = emit},
      .samples = [] { return unary_samples(-5, 5); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
