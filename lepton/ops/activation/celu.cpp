// celu: the continuously differentiable exponential linear unit.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

// Below 0 the slope e^(x / alpha) is y / alpha + 1.
std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &g = c.grads[0];
  return {where(greater(x, constant_like(x, 0)), g, g * (c.outputs[0] * (1 / c.attributes.number("alpha")) + 1.0))};
}

void emit(OnnxEmitter& e) { e.output(0, onnx_node(e, "Celu", {e.input(0)}, {{"alpha", e.attributes().number("alpha")}})); }

std::vector<Reject> rejects() { return {{{{{{2}}}, {{"alpha", 0.0}}}, ErrorCode::kInvalidArgument}}; }

}  // namespace

OpDef celu_op() {
  return {
      .name = "celu",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Linear above 0, saturates at -alpha below, with slope 1 at 0.",
      .formula = "y = x > 0 ? x : alpha (e^(x / alpha) - 1)",
      .source = "Barron 2017",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"alpha", 1.0, positive, "minus the limit for very negative x"}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 12, .emit = emit},
      .samples =
          [] {
            return unary_samples(-2, 2, {{"alpha", 1.5}});
          },
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
