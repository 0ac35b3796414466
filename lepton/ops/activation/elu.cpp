// elu: the exponential linear unit.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

// Below 0 the slope alpha e^x is y + alpha.
std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &g = c.grads[0];
  return {where(greater(x, constant_like(x, 0)), g, g * (c.outputs[0] + c.attributes.number("alpha")))};
}

void emit(OnnxEmitter& e) { e.output(0, onnx_node(e, "Elu", {e.input(0)}, {{"alpha", e.attributes().number("alpha")}})); }

}  // namespace

OpDef elu_op() {
  return {
      .name = "elu",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Linear above 0, saturates exponentially at -alpha below.",
      .formula = "y = x > 0 ? x : alpha (e^x - 1)",
      .source = "Clevert et al. 2016",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"alpha", 1.0, any_value, "minus the limit for very negative x"}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 6, .emit = emit},
      .samples =
          [] {
            return unary_samples(-2, 2, {{"alpha", 1.5}});
          },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
