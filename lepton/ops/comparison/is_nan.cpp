// is_nan: tells NaN from numbers.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {

OpDef is_nan_op() {
  return {
      .name = "is_nan",
      .family = Family::kComparison,
      .since = 1,
      .summary = "True where an element is NaN.",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", DType::kBool}},
      .infer = infer_like_first,
      .not_differentiable = "the result is boolean",
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "IsNaN", .opset = 9},
      .samples = [] { return unary_samples(-2, 2); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
