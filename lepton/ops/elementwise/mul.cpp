// mul: the product of two tensors, element by element.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &y = c.inputs[1], &g = c.grads[0];
  return {c.needs(0) ? unbroadcast(mul(g, y), x) : Value(), c.needs(1) ? unbroadcast(mul(g, x), y) : Value()};
}

}  // namespace

OpDef mul_op() {
  return {
      .name = "mul",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Multiplies two tensors element by element.",
      .formula = "z = x * y",
      .inputs = {{"x", kNumeric, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", like("x")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .traits = kElementwise | kCommutative | kLayoutAgnostic,
      .onnx = {.name = "Mul", .opset = 7},
      .samples = [] { return binary_samples(); },
  };
}

}  // namespace lepton::ops
