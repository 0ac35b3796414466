// leaky_relu: a rectifier that leaks below 0.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &g = c.grads[0];
  return {where(greater(x, constant_like(x, 0)), g, c.attributes.number("negative_slope") * g)};
}

void emit(OnnxEmitter& e) { e.output(0, onnx_node(e, "LeakyRelu", {e.input(0)}, {{"alpha", e.attributes().number("negative_slope")}})); }

}  // namespace

OpDef leaky_relu_op() {
  return {
      .name = "leaky_relu",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Elements below 0 are scaled down instead of cut.",
      .formula = "y = x > 0 ? x : negative_slope x",
      .source = "Maas et al. 2013",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"negative_slope", 0.2, any_value, "slope below 0; Keras 0.2, PyTorch and ONNX 0.01"}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 6, .emit = emit},
      .samples =
          [] {
            return unary_samples(-2, 2, {{"negative_slope", 0.1}});
          },
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
