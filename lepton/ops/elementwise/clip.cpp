// clip: limits elements to a range.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

#include <cmath>
#include <limits>

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  if (!(c.attributes.number("min") <= c.attributes.number("max"))) {
    return c.error(ErrorCode::kInvalidArgument, "min must not exceed max (min {}, max {})", c.attributes.number("min"),
                   c.attributes.number("max"));
  }
  return infer_like_first(c);
}

// Flows where clipping changed nothing, the limits included (as in TensorFlow).
std::vector<Value> gradient(const RuleContext& c) {
  return {where(equal(c.inputs[0], c.outputs[0]), c.grads[0], constant_like(c.grads[0], 0))};
}

void emit(OnnxEmitter& e) {
  const double min = e.attributes().number("min"), max = e.attributes().number("max");
  e.output(
      0, onnx_node(e, "Clip", {e.input(0), std::isfinite(min) ? onnx_scalar(e, min) : "", std::isfinite(max) ? onnx_scalar(e, max) : ""}));
}

std::vector<Sample> samples() {
  std::vector<Sample> all = unary_samples(-2, 2, {{"min", -0.75}, {"max", 1.25}});
  all.push_back({{{{9}}}, {{"min", 0.5}}});
  all.push_back({{{{9}, -9, 9, DType::kI32}}, {{"max", 3.0}}});
  return all;
}

std::vector<Reject> rejects() { return {{{{{{2}}}, {{"min", 1.0}, {"max", 0.0}}}, ErrorCode::kInvalidArgument}}; }

}  // namespace

OpDef clip_op() {
  return {
      .name = "clip",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Limits each element to [min, max]; NaN stays.",
      .formula = "y = min(max(x, min), max)",
      .inputs = {{"x", kNumeric, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"min", -std::numeric_limits<double>::infinity(), any_value, "smallest result"},
                     {"max", std::numeric_limits<double>::infinity(), any_value, "largest result"}},
      .infer = infer,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 12, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
