// reciprocal: one over x.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef reciprocal_op() {
  return {
      .name = "reciprocal",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "One divided by each element.",
      .formula = "y = 1 / x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{-c.grads[0] * square(c.outputs[0])}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Reciprocal", .opset = 6},
      .samples = [] { return unary_samples(0.3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
