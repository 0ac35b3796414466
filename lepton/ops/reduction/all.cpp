// all: tells whether every element is true.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

// By counting those that are false: ONNX reduces booleans only since opset 20, and not empty axes.
void emit(OnnxEmitter& e) {
  const std::string inverse = onnx_node(e, "Cast", {onnx_node(e, "Not", {e.input(0)})}, {{"to", DType::kI64}});
  e.output(0, onnx_node(e, "Not", {onnx_node(e, "Cast", {onnx_reduction(e, "ReduceSum", inverse)}, {{"to", DType::kBool}})}));
}

}  // namespace

OpDef all_op() {
  return {
      .name = "all",
      .family = Family::kReduction,
      .since = 1,
      .summary = "True if every element along axes is; true if there are none.",
      .formula = "y = and over axes of x",
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
