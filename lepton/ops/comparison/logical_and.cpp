// logical_and: logic on booleans.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef logical_and_op() {
  return {
      .name = "logical_and",
      .family = Family::kComparison,
      .since = 1,
      .summary = "True where both are true.",
      .formula = "z = x and y",
      .inputs = {{"x", DType::kBool, "any shape"}, {"y", DType::kBool, "broadcasts with x"}},
      .outputs = {{"z", DType::kBool}},
      .infer = infer_broadcast,
      .not_differentiable = "the result is boolean",
      .traits = kElementwise | kCommutative | kLayoutAgnostic,
      .onnx = {.name = "And", .opset = 7},
      .samples = [] { return comparison_samples(DType::kBool); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
