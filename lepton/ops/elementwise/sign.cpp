// sign: -1, 0 or 1.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef sign_op() {
  return {
      .name = "sign",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Sign of each element: -1, 0 or 1; NaN stays.",
      .formula = "y = (x > 0) - (x < 0)",
      .inputs = {{"x", kNumeric, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext&) { return std::vector<Value>{Value()}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Sign", .opset = 9},
      .samples = [] { return unary_samples(-2, 2); },
  };
}

}  // namespace lepton::ops
