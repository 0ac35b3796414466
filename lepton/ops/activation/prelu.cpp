// prelu: a rectifier with a learnt slope below 0.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const auto joined = broadcast(c.shape(0), c.shape(1));
  if (!joined || *joined != c.shape(0))
    return c.error(ErrorCode::kShapeMismatch, "slope must broadcast to x (x {}, slope {})", c.shape(0), c.shape(1));
  return infer_like_first(c);
}

std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &slope = c.inputs[1], &g = c.grads[0];
  const Value zero = constant_like(x, 0), above = greater(x, zero);
  return {c.needs(0) ? where(above, g, slope * g) : Value(), c.needs(1) ? unbroadcast(where(above, zero, g * x), slope) : Value()};
}

std::vector<Sample> samples() {
  return {{{{{2, 3, 4}}, {{3, 1}, 0.1, 0.5}}}, {{{{5}}, {{}, 0.1, 0.5}}}, {{{{4}}, {{4}}}}, {{{{0, 3}}, {{3}}}}};
}

std::vector<Reject> rejects() { return {{{{{{3}}, {{2, 3}}}}, ErrorCode::kShapeMismatch}}; }

}  // namespace

OpDef prelu_op() {
  return {
      .name = "prelu",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Elements below 0 are scaled by a slope that is learnt.",
      .formula = "y = x > 0 ? x : slope x",
      .source = "He et al. 2015",
      .inputs = {{"x", kFloats, "any shape"}, {"slope", like("x"), "broadcasts to x"}},
      .outputs = {{"y", like("x")}},
      .infer = infer,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "PRelu", .opset = 9},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
