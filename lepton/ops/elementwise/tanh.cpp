// tanh: the hyperbolic tangent.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef tanh_op() {
  return {
      .name = "tanh",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Hyperbolic tangent of each element.",
      .formula = "y = (e^x - e^-x) / (e^x + e^-x)",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * (1.0 - square(c.outputs[0]))}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Tanh", .opset = 6},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
