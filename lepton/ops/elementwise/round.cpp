// round: rounds to the nearest integer.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef round_op() {
  return {
      .name = "round",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Nearest integer; halves go to the even one.",
      .formula = "y = the integer nearest to x",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext&) { return std::vector<Value>{Value()}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Round", .opset = 11},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
