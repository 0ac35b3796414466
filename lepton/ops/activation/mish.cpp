// mish: x times the tanh of its softplus.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef mish_op() {
  return {
      .name = "mish",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Smooth, self-gated activation.",
      .formula = "y = x tanh(log(1 + e^x))",
      .source = "Misra 2019",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .body = [](const RuleContext& c) { return std::vector<Value>{c.inputs[0] * tanh(softplus(c.inputs[0]))}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Mish", .opset = 18},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
