// atanh: the inverse hyperbolic tangent.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef atanh_op() {
  return {
      .name = "atanh",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Inverse hyperbolic tangent of each element.",
      .formula = "y = ln((1 + x) / (1 - x)) / 2",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] / (1.0 - square(c.inputs[0]))}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Atanh", .opset = 9},
      .samples = [] { return unary_samples(-0.9, 0.9); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
