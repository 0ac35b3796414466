// expm1: e^x minus 1.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

// ONNX has no such operator, and Exp(x) - 1 loses small x: there it is written as 2 t / (1 - t) with t = tanh(x / 2).
void emit(OnnxEmitter& e) {
  const std::string x = e.input(0);
  const std::string small = onnx_node(e, "Less", {onnx_node(e, "Abs", {x}), onnx_scalar(e, 1)});
  const std::string t = onnx_node(e, "Tanh", {onnx_node(e, "Mul", {x, onnx_scalar(e, 0.5)})});
  const std::string near = onnx_node(e, "Div", {onnx_node(e, "Add", {t, t}), onnx_node(e, "Sub", {onnx_scalar(e, 1), t})});
  const std::string far = onnx_node(e, "Sub", {onnx_node(e, "Exp", {x}), onnx_scalar(e, 1)});
  e.output(0, onnx_node(e, "Where", {small, near, far}));
}

}  // namespace

OpDef expm1_op() {
  return {
      .name = "expm1",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Exponential minus 1, exact for small x.",
      .formula = "y = e^x - 1",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * (c.outputs[0] + 1.0)}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 9, .emit = emit},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
