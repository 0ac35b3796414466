// maximum: the larger of two elements.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

// Where both are equal all goes to the first, as in TensorFlow.
std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &y = c.inputs[1], &g = c.grads[0];
  const Value first = greater_equal(x, y), zero = constant_like(g, 0);
  return {c.needs(0) ? unbroadcast(where(first, g, zero), x) : Value(), c.needs(1) ? unbroadcast(where(first, zero, g), y) : Value()};
}

}  // namespace

OpDef maximum_op() {
  return {
      .name = "maximum",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "The larger of two elements; NaN if one of them is.",
      .formula = "z = max(x, y)",
      .inputs = {{"x", kNumeric, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", like("x")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Max", .opset = 12},
      .samples = [] { return binary_samples(); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
