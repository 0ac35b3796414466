// log1p: the logarithm of 1 + x.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

// ONNX has no such operator, and Log(1 + x) loses small x: there it is written as 2 atanh(x / (2 + x)).
void emit(OnnxEmitter& e) {
  const std::string x = e.input(0);
  const std::string small = onnx_node(e, "Less", {onnx_node(e, "Abs", {x}), onnx_scalar(e, 0.5)});
  const std::string atanh = onnx_node(e, "Atanh", {onnx_node(e, "Div", {x, onnx_node(e, "Add", {x, onnx_scalar(e, 2)})})});
  const std::string near = onnx_node(e, "Mul", {onnx_scalar(e, 2), atanh});
  const std::string far = onnx_node(e, "Log", {onnx_node(e, "Add", {x, onnx_scalar(e, 1)})});
  e.output(0, onnx_node(e, "Where", {small, near, far}));
}

}  // namespace

OpDef log1p_op() {
  return {
      .name = "log1p",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Logarithm of 1 + x, exact for small x.",
      .formula = "y = ln(1 + x)",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] / (1.0 + c.inputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 9, .emit = emit},
      .samples = [] { return unary_samples(-0.7, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
