// pow: a power with a tensor as exponent.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

// The slope in x is y x^(y-1), 0 where y is 0 (also at x = 0); the slope in y is z ln x, 0 where x is not positive.
std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &y = c.inputs[1], &g = c.grads[0], &z = c.outputs[0];
  const Value zero = constant_like(x, 0), one = constant_like(x, 1);
  Value dx, dy;
  if (c.needs(0)) dx = unbroadcast(where(equal(y, zero), zero, g * y * pow(x, y - one)), x);
  if (c.needs(1)) {
    const Value positive_x = greater(x, zero);
    dy = unbroadcast(where(positive_x, g * z * log(where(positive_x, x, one)), zero), y);
  }
  return {dx, dy};
}

}  // namespace

OpDef pow_op() {
  return {
      .name = "pow",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Raises the first tensor to the power of the second; integers wrap, negative integer exponents truncate.",
      .formula = "z = x^y",
      .inputs = {{"x", kNumeric, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", like("x")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Pow", .opset = 7},
      .samples = [] { return binary_samples(0.3, 2, -2, 2); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
