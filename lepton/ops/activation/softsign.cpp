// softsign: x over 1 + |x|.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef softsign_op() {
  return {
      .name = "softsign",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Squeezes each element into (-1, 1) with slow tails.",
      .formula = "y = x / (1 + |x|)",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] / square(1.0 + abs(c.inputs[0]))}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Softsign", .opset = 1},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
