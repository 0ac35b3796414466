// sin: the sine.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef sin_op() {
  return {
      .name = "sin",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Sine of each element, in radians.",
      .formula = "y = sin x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * cos(c.inputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Sin", .opset = 7},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
