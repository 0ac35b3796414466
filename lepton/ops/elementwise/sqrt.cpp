// sqrt: the square root.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef sqrt_op() {
  return {
      .name = "sqrt",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Square root of each element.",
      .formula = "y = √x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{0.5 * c.grads[0] / c.outputs[0]}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Sqrt", .opset = 6},
      .samples = [] { return unary_samples(0.1, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
