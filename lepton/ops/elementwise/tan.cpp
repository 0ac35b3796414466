// tan: the tangent.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef tan_op() {
  return {
      .name = "tan",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Tangent of each element, in radians.",
      .formula = "y = tan x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * (1.0 + square(c.outputs[0]))}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Tan", .opset = 7},
      .samples = [] { return unary_samples(-1.2, 1.2); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
