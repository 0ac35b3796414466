// argmin: the place of the smallest element along an axis.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

void emit(OnnxEmitter& e) { emit_arg_reduction(e, "ArgMin"); }

}  // namespace

OpDef argmin_op() {
  return {
      .name = "argmin",
      .family = Family::kReduction,
      .since = 1,
      .summary = "Place of the smallest element along an axis: the first of equal ones, the first NaN if there is one.",
      .formula = "y = first i with x[i] = min over the axis of x",
      .inputs = {{"x", kNumeric, "at least 1 axis"}},
      .outputs = {{"y", DType::kI64}},
      .attributes = arg_reduction_attributes(),
      .infer = infer_arg_reduction,
      .not_differentiable = "the result is a place",
      .traits = kReduction,
      .onnx = {.opset = 13, .emit = emit},
      .samples = arg_reduction_samples,
      .rejects = reject_bad_axis,
  };
}

}  // namespace lepton::ops
