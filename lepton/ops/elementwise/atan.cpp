// atan: the inverse tangent.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef atan_op() {
  return {
      .name = "atan",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Inverse tangent of each element.",
      .formula = "y = arctan x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] / (1.0 + square(c.inputs[0]))}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Atan", .opset = 7},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
