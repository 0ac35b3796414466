// prod: the product along axes.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

// The product of the others is y / x; with one zero it is that of the rest at the zero and 0 elsewhere, with more zeros 0.
// Exact at zeros; its own derivative is exact where no element is 0.
std::vector<Value> gradient(const RuleContext& c) {
  const Value& x = c.inputs[0];
  const ReduceOptions kept = {c.attributes.integers("axes"), true};
  const Value zero = constant_like(x, 0), one = constant_like(x, 1), is_zero = equal(x, zero);
  const Value zeros = sum(cast(is_zero, x.dtype()), kept);
  const Value rest = where(is_zero, one, x), product = prod(rest, kept);
  const Value at_zero = where(equal(zeros, one), product, zero), elsewhere = where(equal(zeros, zero), product / rest, zero);
  return {keep_reduced_axes(c.grads[0], x, c.attributes) * where(is_zero, at_zero, elsewhere)};
}

}  // namespace

OpDef prod_op() {
  return {
      .name = "prod",
      .family = Family::kReduction,
      .since = 1,
      .summary = "Multiplies elements along axes; 1 if there are none.",
      .formula = "y = product over axes of x",
      .inputs = {{"x", kNumeric, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = reduction_attributes(),
      .infer = infer_reduction,
      .gradient = gradient,
      .traits = kReduction,
      .onnx = {.opset = 18, .emit = [](OnnxEmitter& e) { emit_reduction(e, "ReduceProd"); }},
      .samples = [] { return reduction_samples(0.5, 1.5); },
      .rejects = [] { return reject_bad_axes(); },
  };
}

}  // namespace lepton::ops
