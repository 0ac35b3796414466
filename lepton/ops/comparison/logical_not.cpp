// logical_not: logic on booleans.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef logical_not_op() {
  return {
      .name = "logical_not",
      .family = Family::kComparison,
      .since = 1,
      .summary = "True where x is false.",
      .formula = "y = not x",
      .inputs = {{"x", DType::kBool, "any shape"}},
      .outputs = {{"y", DType::kBool}},
      .infer = infer_like_first,
      .not_differentiable = "the result is boolean",
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Not", .opset = 1},
      .samples =
          [] {
            return std::vector<Sample>{{{{{3, 4}, 0, 2, DType::kBool}}}, {{{{}, 0, 2, DType::kBool}}}, {{{{0, 2}, 0, 2, DType::kBool}}}};
          },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
