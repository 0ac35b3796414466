// cosh: the hyperbolic cosine.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef cosh_op() {
  return {
      .name = "cosh",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Hyperbolic cosine of each element.",
      .formula = "y = (e^x + e^-x) / 2",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * sinh(c.inputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Cosh", .opset = 9},
      .samples = [] { return unary_samples(-2, 2); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
