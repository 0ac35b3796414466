// erf: the error function.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

#include <numbers>

namespace lepton::ops {

OpDef erf_op() {
  return {
      .name = "erf",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Error function of each element.",
      .formula = "y = 2/√π · integral of e^(-t²) from 0 to x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{(2.0 * std::numbers::inv_sqrtpi) * c.grads[0] * exp(-square(c.inputs[0]))};
          },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Erf", .opset = 9},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
