// logical_xor: logic on booleans.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef logical_xor_op() {
  return {
      .name = "logical_xor",
      .family = Family::kComparison,
      .since = 1,
      .summary = "True where exactly one is true.",
      .formula = "z = x != y",
      .inputs = {{"x", DType::kBool, "any shape"}, {"y", DType::kBool, "broadcasts with x"}},
      .outputs = {{"z", DType::kBool}},
      .infer = infer_broadcast,
      .not_differentiable = "the result is boolean",
      .traits = kElementwise | kCommutative | kLayoutAgnostic,
      .onnx = {.name = "Xor", .opset = 7},
      .samples = [] { return comparison_samples(DType::kBool); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
