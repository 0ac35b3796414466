// logsumexp: the logarithm of a sum of exponentials.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value& x = c.inputs[0];
  const Value y = keep_reduced_axes(c.outputs[0], x, c.attributes), g = keep_reduced_axes(c.grads[0], x, c.attributes);
  return {g * exp(x - y)};
}

std::vector<Sample> samples() {
  std::vector<Sample> all = reduction_samples();
  all.push_back({{{{2, 4}, 900, 1000}}, {{"axes", {1}}}, "large"});
  return all;
}

}  // namespace

OpDef logsumexp_op() {
  return {
      .name = "logsumexp",
      .family = Family::kReduction,
      .since = 1,
      .summary = "Logarithm of the sum of exponentials along axes, without overflow; -infinity if there are none.",
      .formula = "y = log(sum over axes of e^x)",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = reduction_attributes(),
      .infer = infer_reduction,
      .gradient = gradient,
      .traits = kReduction,
      .onnx = {.opset = 18, .emit = [](OnnxEmitter& e) { emit_reduction(e, "ReduceLogSumExp"); }},
      .samples = samples,
      .rejects = [] { return reject_bad_axes(); },
  };
}

}  // namespace lepton::ops
