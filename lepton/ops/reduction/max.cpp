// max: the largest element along axes.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

// Elements that share the place divide the gradient, as in TensorFlow.
std::vector<Value> gradient(const RuleContext& c) {
  const Value& x = c.inputs[0];
  const Value y = keep_reduced_axes(c.outputs[0], x, c.attributes), g = keep_reduced_axes(c.grads[0], x, c.attributes);
  const Value chosen = equal(x, y);
  const Value count = sum(cast(chosen, x.dtype()), {c.attributes.integers("axes"), true});
  return {where(chosen, g / count, constant_like(x, 0))};
}

}  // namespace

OpDef max_op() {
  return {
      .name = "max",
      .family = Family::kReduction,
      .since = 1,
      .summary = "The largest element along axes; NaN if one is.",
      .formula = "y = max over axes of x",
      .inputs = {{"x", kNumeric, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = reduction_attributes(),
      .infer = infer_nonempty_reduction,
      .gradient = gradient,
      .traits = kReduction,
      .onnx = {.opset = 18, .emit = [](OnnxEmitter& e) { emit_reduction(e, "ReduceMax"); }},
      .samples = [] { return reduction_samples(-2, 2, DType::kF64, false); },
      .rejects = reject_empty_axes,
  };
}

}  // namespace lepton::ops
