// neg: the opposite sign.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef neg_op() {
  return {
      .name = "neg",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Negates each element.",
      .formula = "y = -x",
      .inputs = {{"x", kFloats | kSignedIntegers, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{neg(c.grads[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Neg", .opset = 6},
      .samples = [] { return unary_samples(-2, 2); },
  };
}

}  // namespace lepton::ops
