// abs: the magnitude.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef abs_op() {
  return {
      .name = "abs",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Magnitude of each element.",
      .formula = "y = |x|",
      .inputs = {{"x", kNumeric, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * sign(c.inputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Abs", .opset = 6},
      .samples = [] { return unary_samples(-2, 2); },
  };
}

}  // namespace lepton::ops
