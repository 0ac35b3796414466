// sub: the difference of two tensors.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value& g = c.grads[0];
  return {c.needs(0) ? unbroadcast(g, c.inputs[0]) : Value(), c.needs(1) ? unbroadcast(-g, c.inputs[1]) : Value()};
}

}  // namespace

OpDef sub_op() {
  return {
      .name = "sub",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Subtracts the second tensor from the first.",
      .formula = "z = x - y",
      .inputs = {{"x", kNumeric, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", like("x")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Sub", .opset = 7},
      .samples = [] { return binary_samples(); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
