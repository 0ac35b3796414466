// relu: the rectifier.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef relu_op() {
  return {
      .name = "relu",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Elements below 0 become 0.",
      .formula = "y = max(x, 0)",
      .source = "Nair & Hinton 2010",
      .inputs = {{"x", kFloats | kSignedIntegers, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{relu_gradient(c.outputs[0], c.grads[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Relu", .opset = 6},
      .samples = [] { return unary_samples(-2, 2); },
  };
}

}  // namespace lepton::ops
