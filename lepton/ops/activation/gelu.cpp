// gelu: the Gaussian error linear unit.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

#include <cmath>
#include <numbers>

namespace lepton::ops {
namespace {

// Slope Φ(x) + x φ(x), and the same by the chain rule for the tanh formula.
std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &g = c.grads[0];
  if (c.attributes.flag("approximate")) {
    const double scale = std::sqrt(2 / std::numbers::pi);
    const Value x2 = square(x), t = tanh(scale * x * (1.0 + 0.044715 * x2));
    return {g * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - square(t)) * (scale * (1.0 + (3 * 0.044715) * x2)))};
  }
  const Value below = 0.5 * (1.0 + erf((1 / std::numbers::sqrt2) * x));
  const Value density = (std::numbers::inv_sqrtpi / std::numbers::sqrt2) * exp(-0.5 * square(x));
  return {g * (below + x * density)};
}

void emit(OnnxEmitter& e) {
  e.output(0, onnx_node(e, "Gelu", {e.input(0)}, {{"approximate", e.attributes().flag("approximate") ? "tanh" : "none"}}));
}

std::vector<Sample> samples() {
  std::vector<Sample> all = unary_samples(-3, 3);
  for (Sample& sample : unary_samples(-3, 3, {{"approximate", true}})) all.push_back(std::move(sample));
  return all;
}

}  // namespace

OpDef gelu_op() {
  return {
      .name = "gelu",
      .family = Family::kActivation,
      .since = 1,
      .summary = "x weighted by the probability that a standard normal variable is below x.",
      .formula = "y = x Φ(x); approximate: x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2",
      .source = "Hendrycks & Gimpel 2016",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"approximate", false, any_value, "use the formula with tanh"}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 20, .emit = emit},
      .samples = samples,
      .rejects = reject_integers,
  };
}

}  // namespace lepton::ops
