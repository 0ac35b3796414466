// not_equal: compares two tensors element by element.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef not_equal_op() {
  return {
      .name = "not_equal",
      .family = Family::kComparison,
      .since = 1,
      .summary = "True where the first tensor differs from the second; true where one is NaN.",
      .formula = "z = x != y",
      .inputs = {{"x", kNumeric | kBools, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", DType::kBool}},
      .infer = infer_broadcast,
      .not_differentiable = "the result is boolean",
      .traits = kElementwise | kLayoutAgnostic | kCommutative,
      .onnx = {.opset = 13,
               .emit =
                   [](OnnxEmitter& e) {
                     e.output(0, onnx_node(e, "Not", {onnx_node(e, "Equal", {e.input(0), e.input(1)})}));
                   }},
      .samples = [] { return comparison_samples(); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
