// acos: the inverse cosine.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef acos_op() {
  return {
      .name = "acos",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Inverse cosine of each element.",
      .formula = "y = arccos x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{-c.grads[0] * rsqrt(1.0 - square(c.inputs[0]))}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Acos", .opset = 7},
      .samples = [] { return unary_samples(-0.9, 0.9); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
