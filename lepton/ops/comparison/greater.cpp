// greater: compares two tensors element by element.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef greater_op() {
  return {
      .name = "greater",
      .family = Family::kComparison,
      .since = 1,
      .summary = "True where the first tensor is greater than the second; false where one is NaN.",
      .formula = "z = x > y",
      .inputs = {{"x", kNumeric, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", DType::kBool}},
      .infer = infer_broadcast,
      .not_differentiable = "the result is boolean",
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Greater", .opset = 9},
      .samples = [] { return comparison_samples(); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
