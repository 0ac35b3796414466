// sinh: the hyperbolic sine.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef sinh_op() {
  return {
      .name = "sinh",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Hyperbolic sine of each element.",
      .formula = "y = (e^x - e^-x) / 2",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * cosh(c.inputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Sinh", .opset = 9},
      .samples = [] { return unary_samples(-2, 2); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
