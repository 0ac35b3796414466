// asin: the inverse sine.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef asin_op() {
  return {
      .name = "asin",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Inverse sine of each element.",
      .formula = "y = arcsin x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] * rsqrt(1.0 - square(c.inputs[0]))}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Asin", .opset = 7},
      .samples = [] { return unary_samples(-0.9, 0.9); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
