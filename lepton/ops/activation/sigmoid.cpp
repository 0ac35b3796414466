// sigmoid: the logistic function.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef sigmoid_op() {
  return {
      .name = "sigmoid",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Squeezes each element into (0, 1).",
      .formula = "y = 1 / (1 + e^-x)",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * c.outputs[0] * (1.0 - c.outputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Sigmoid", .opset = 6},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
