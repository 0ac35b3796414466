// floor: rounds down.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef floor_op() {
  return {
      .name = "floor",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Largest integer not above each element.",
      .formula = "y = ⌊x⌋",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = [](const RuleContext&) { return std::vector<Value>{Value()}; },
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Floor", .opset = 6},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
