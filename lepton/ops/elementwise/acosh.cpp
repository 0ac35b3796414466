// acosh: the inverse hyperbolic cosine.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef acosh_op() {
  return {
      .name = "acosh",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Inverse hyperbolic cosine of each element.",
      .formula = "y = ln(x + √(x² - 1))",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * rsqrt(square(c.inputs[0]) - 1.0)}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Acosh", .opset = 9},
      .samples = [] { return unary_samples(1.2, 4); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
