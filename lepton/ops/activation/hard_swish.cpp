// hard_swish: x times its hard sigmoid.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef hard_swish_op() {
  return {
      .name = "hard_swish",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Piecewise quadratic approximation of silu.",
      .formula = "y = x min(max(x / 6 + 1/2, 0), 1)",
      .source = "Howard et al. 2019",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .body = [](const RuleContext& c) { return std::vector<Value>{c.inputs[0] * hard_sigmoid(c.inputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "HardSwish", .opset = 14},
      .samples = [] { return unary_samples(-5, 5); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
