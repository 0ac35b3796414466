// log: the natural logarithm.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {

OpDef log_op() {
  return {
      .name = "log",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Natural logarithm of each element.",
      .formula = "y = ln x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{c.grads[0] / c.inputs[0]}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Log", .opset = 6},
      .samples = [] { return unary_samples(0.1, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
