// equal: compares two tensors element by element.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef equal_op() {
  return {
      .name = "equal",
      .family = Family::kComparison,
      .since = 1,
      .summary = "True where the first tensor equals the second; false where one is NaN.",
      .formula = "z = x == y",
      .inputs = {{"x", kNumeric | kBools, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", DType::kBool}},
      .infer = infer_broadcast,
      .not_differentiable = "the result is boolean",
      .traits = kElementwise | kLayoutAgnostic | kCommutative,
      .onnx = {.name = "Equal", .opset = 13},
      .samples = [] { return comparison_samples(); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
