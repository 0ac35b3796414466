// exp: the exponential function.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef exp_op() {
  return {
      .name = "exp",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Exponential of each element.",
      .formula = "y = e^x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{mul(c.grads[0], c.outputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Exp", .opset = 6},
      .samples = [] { return unary_samples(-3, 3); },
  };
}

}  // namespace lepton::ops
