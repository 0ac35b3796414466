// sigmoid_cross_entropy: cross-entropy of independent yes/no outputs, from logits.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/loss.hpp"

namespace lepton::ops {
namespace {

// max(x, 0) - x t + log(1 + exp(-|x|)) never overflows. Named parts: the order of a call's arguments is the compiler's.
std::vector<Value> body(const RuleContext& c) {
  const Value &x = c.inputs[0], &t = c.inputs[1];
  const Value positive = relu(x);
  const Value weighted = mul(x, t);
  const Value smooth = log1p(exp(neg(abs(x))));
  return {add(sub(positive, weighted), smooth)};
}

std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &t = c.inputs[1], &g = c.grads[0];
  return {c.needs(0) ? unbroadcast(mul(g, sub(sigmoid(x), t)), x) : Value(), c.needs(1) ? unbroadcast(neg(mul(g, x)), t) : Value()};
}

}  // namespace

OpDef sigmoid_cross_entropy_op() {
  return {
      .name = "sigmoid_cross_entropy",
      .family = Family::kLoss,
      .since = 1,
      .summary = "Cross-entropy between yes/no targets and the sigmoid of logits, element by element.",
      .formula = "loss = max(x, 0) - x t + log(1 + exp(-|x|))",
      .inputs = {{"logits", kFloats, "any shape"}, {"target", like("logits"), "broadcasts with logits; in [0, 1]"}},
      .outputs = {{"loss", like("logits")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .body = body,
      .samples = [] { return binary_samples(-3, 3, 0, 1); },
      .tolerance = {.f32 = 5e-6},
  };
}

}  // namespace lepton::ops
