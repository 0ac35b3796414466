// div: the quotient of two tensors.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &y = c.inputs[1], &g = c.grads[0], &z = c.outputs[0];
  return {c.needs(0) ? unbroadcast(g / y, x) : Value(), c.needs(1) ? unbroadcast(-g * (z / y), y) : Value()};
}

}  // namespace

OpDef div_op() {
  return {
      .name = "div",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Divides the first tensor by the second; integers truncate towards 0, and give 0 for a zero divisor.",
      .formula = "z = x / y",
      .inputs = {{"x", kNumeric, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", like("x")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Div", .opset = 7},
      .samples = [] { return binary_samples(-2, 2, 0.5, 2); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
