// any: tells whether one element is true.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

// By counting: ONNX reduces booleans only since opset 20, and not empty axes.
void emit(OnnxEmitter& e) {
  const std::string count = onnx_reduction(e, "ReduceSum", onnx_node(e, "Cast", {e.input(0)}, {{"to", DType::kI64}}));
  e.output(0, onnx_node(e, "Cast", {count}, {{"to", DType::kBool}}));
}

}  // namespace

OpDef any_op() {
  return {
      .name = "any",
      .family = Family::kReduction,
      .since = 1,
      .summary = "True if at least one element along axes is; false if there are none.",
      .formula = "y = or over axes of x",
      .inputs = {{"x", DType::kBool, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = reduction_attributes(),
      .infer = infer_reduction,
      .not_differentiable = "the result is boolean",
      .traits = kReduction,
      .onnx = {.opset = 13, .emit = emit},
      .samples = [] { return reduction_samples(0, 2, DType::kBool); },
      .rejects = [] { return reject_bad_axes(DType::kBool); },
  };
}

}  // namespace lepton::ops
