// mean: the average along axes.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value& x = c.inputs[0];
  const Value share = c.grads[0] / axis_size(x, c.attributes.integers("axes"));
  return {broadcast_to_like(keep_reduced_axes(share, x, c.attributes), x)};
}

}  // namespace

OpDef mean_op() {
  return {
      .name = "mean",
      .family = Family::kReduction,
      .since = 1,
      .summary = "Averages elements along axes; NaN if there are none.",
      .formula = "y = sum over axes of x / number of elements",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = reduction_attributes(),
      .infer = infer_reduction,
      .gradient = gradient,
      .traits = kReduction,
      .onnx = {.opset = 18, .emit = [](OnnxEmitter& e) { emit_reduction(e, "ReduceMean"); }},
      .samples = [] { return reduction_samples(-2, 2, DType::kF64, false); },
      .rejects = [] { return reject_bad_axes(); },
  };
}

}  // namespace lepton::ops
