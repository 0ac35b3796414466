// silu: x times its sigmoid.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value s = sigmoid(c.inputs[0]);
  return {c.grads[0] * (s * (1.0 + c.inputs[0] * (1.0 - s)))};
}

}  // namespace

OpDef silu_op() {
  return {
      .name = "silu",
      .family = Family::kActivation,
      .since = 1,
      .summary = "x weighted by its sigmoid; also called swish.",
      .formula = "y = x / (1 + e^-x)",
      .source = "Elfwing et al. 2017",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 7,
               .emit =
                   [](OnnxEmitter& e) {
                     e.output(0, onnx_node(e, "Mul", {e.input(0), onnx_node(e, "Sigmoid", {e.input(0)})}));
                   }},
      .samples = [] { return unary_samples(-3, 3); },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
