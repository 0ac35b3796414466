// rsqrt: the reciprocal of the square root.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef rsqrt_op() {
  return {
      .name = "rsqrt",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Reciprocal of the square root of each element.",
      .formula = "y = 1 / √x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{-0.5 * c.grads[0] * (c.outputs[0] * c.outputs[0] * c.outputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 6, .emit = [](OnnxEmitter& e) { e.output(0, onnx_node(e, "Reciprocal", {onnx_node(e, "Sqrt", {e.input(0)})})); }},
      .samples = [] { return unary_samples(0.2, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
