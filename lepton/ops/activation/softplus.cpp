// softplus: a smooth stand-in for relu.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const double beta = c.attributes.number("beta");
  return {c.grads[0] * sigmoid(beta == 1 ? c.inputs[0] : beta * c.inputs[0])};
}

void emit(OnnxEmitter& e) {
  const double beta = e.attributes().number("beta");
  if (beta == 1) return e.output(0, onnx_node(e, "Softplus", {e.input(0)}));
  const std::string scaled = onnx_node(e, "Mul", {e.input(0), onnx_scalar(e, beta)});
  e.output(0, onnx_node(e, "Div", {onnx_node(e, "Softplus", {scaled}), onnx_scalar(e, beta)}));
}

std::vector<Sample> samples() {
  std::vector<Sample> all = unary_samples(-3, 3);
  for (Sample& sample : unary_samples(-3, 3, {{"beta", 2.5}})) all.push_back(std::move(sample));
  return all;
}

std::vector<Reject> rejects() { return {{{{{{2}}}, {{"beta", 0.0}}}, ErrorCode::kInvalidArgument}}; }

}  // namespace

OpDef softplus_op() {
  return {
      .name = "softplus",
      .family = Family::kActivation,
      .since = 1,
      .summary = "Smooth, positive approximation of relu.",
      .formula = "y = log(1 + e^(beta x)) / beta",
      .source = "Dugas et al. 2001",
      .inputs = {{"x", kFloats, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"beta", 1.0, positive, "steepness"}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 1, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
