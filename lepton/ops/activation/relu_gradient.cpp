// relu_gradient: the gradient of relu, one pass over memory.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

// Linear in g and flat in y.
std::vector<Value> gradient(const RuleContext& c) {
  return {Value(), c.needs(1) ? unbroadcast(relu_gradient(c.inputs[0], c.grads[0]), c.inputs[1]) : Value()};
}

}  // namespace

OpDef relu_gradient_op() {
  return {
      .name = "relu_gradient",
      .family = Family::kActivation,
      .since = 1,
      .summary = "The gradient where the output of relu is positive, else 0 (also at 0).",
      .formula = "dx = y > 0 ? g : 0",
      .inputs = {{"y", kFloats, "output of relu"}, {"g", like("y"), "gradient of y"}},
      .outputs = {{"dx", like("y")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .body =
          [](const RuleContext& c) {
            return std::vector<Value>{
                where(greater(c.inputs[0], constant_like(c.inputs[0], 0)), c.inputs[1], constant_like(c.inputs[0], 0))};
          },
      .traits = kElementwise | kLayoutAgnostic,
      .samples = [] { return binary_samples(); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
