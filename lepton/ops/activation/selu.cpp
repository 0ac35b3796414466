// selu: the scaled exponential linear unit.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

constexpr double kScale = 1.0507009873554804934193349852946, kAlpha = 1.6732632423543772848170429916717;

// Below 0 the slope scale alpha e^x is y + scale alpha.
std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &g = c.grads[0];
  return {where(greater(x, constant_like(x, 0)), kScale * g, g * (c.outputs[0] + kScale * kAlpha))};
}

void emit(OnnxEmitter& e) { e.output(0, onnx_node(e, "Selu", {e.input(0)}, {{"alpha", kAlpha}, {"gamma", kScale}})); }

}  // namespace

OpDef selu_op() {
  return {
      .name = "selu",
      .family = Family::kActivation,
      .since = 1,
      .summary = "elu scaled so that activations keep mean 0 and variance 1.",
      .formula = "y = scale (x > 0 ? x : alpha (e^x - 1)), scale 1.0507, alpha 1.6733",
      .source = "Klambauer et al. 2017",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 6, .emit = emit},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
