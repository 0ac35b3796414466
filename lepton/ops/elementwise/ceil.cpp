// ceil: rounds up.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef ceil_op() {
  return {
      .name = "ceil",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Smallest integer not below each element.",
      .formula = "y = ⌈x⌉",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext&) { return std::vector<Value>{Value()}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Ceil", .opset = 6},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
