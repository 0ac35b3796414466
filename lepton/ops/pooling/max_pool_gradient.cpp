// max_pool_gradient: gives each window's gradient to the place of its largest value.
#include "lepton/ops/internal/pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape y, pool_output_shape(c, c.shape(0)));
  if (y != c.shape(1) || y != c.shape(2)) {
    return c.error(ErrorCode::kShapeMismatch, "y and g must have the shape of the pooled x ({}, got {} and {})", y, c.shape(1), c.shape(2));
  }
  return std::vector<Shape>{c.shape(0)};
}

// Linear in g; y follows from x; where the largest value lies does not change with x (but at ties).
std::vector<Value> gradient(const RuleContext& c) {
  return {Value(), Value(), call<Value>("max_pool_pick", {c.inputs[0], c.grads[0]}, c.attributes)};
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const PoolCase& one : pool_cases(false)) {
    const SampleInput x = distinct_values(one.x);
    all.push_back({{x, {.value = pooled(x.value, one)}, {one.y}}, one.attributes});
  }
  return all;
}

}  // namespace

OpDef max_pool_gradient_op() {
  return {
      .name = "max_pool_gradient",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Gradient of max_pool: goes to the first largest value of each window, in row-major order.",
      .formula = "dx[n, c, argmax of window p] += g[n, c, p]",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"}, {"y", like("x"), "its pooled values"}, {"g", like("x"), "as y"}},
      .outputs = {{"dx", like("x"), "as x"}},
      .attributes = pool_attributes(false),
      .infer = infer,
      .gradient = gradient,
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{
                {{{{{1, 1, 4}}, {{1, 1, 2}}, {{1, 1, 3}}}, {{"window", {2}}, {"strides", {2}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
