// square: x times x.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef square_op() {
  return {
      .name = "square",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Square of each element.",
      .formula = "y = x²",
      .inputs = {{"x", kNumeric, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{2.0 * c.grads[0] * c.inputs[0]}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 7,
               .emit =
                   [](OnnxEmitter& e) {
                     e.output(0, onnx_node(e, "Mul", {e.input(0), e.input(0)}));
                   }},
      .samples = [] { return unary_samples(-2, 2); },
  };
}

}  // namespace lepton::ops
