// adaptive_max_pool_gradient: gives each window's gradient to the place of its largest value.
#include "lepton/ops/internal/adaptive_pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape y, adaptive_pool_output_shape(c, c.shape(0)));
  if (y != c.shape(1)) return c.error(ErrorCode::kShapeMismatch, "g must have the shape of the pooled x ({}, got {})", y, c.shape(1));
  return std::vector<Shape>{c.shape(0)};
}

}  // namespace

OpDef adaptive_max_pool_gradient_op() {
  return {
      .name = "adaptive_max_pool_gradient",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Gradient of adaptive_max_pool: goes to the first largest value of each window, in row-major order.",
      .formula = "dx[argmax of window p] += g[p]",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"}, {"g", like("x"), "as the pooled x"}},
      .outputs = {{"dx", like("x"), "as x"}},
      .attributes = adaptive_pool_attributes(),
      .infer = infer,
      // Linear in g; where the largest value lies does not change with x (but at ties).
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{Value(), call<Value>("adaptive_max_pool_pick", {c.inputs[0], c.grads[0]}, c.attributes)};
          },
      .samples =
          [] {
            std::vector<Sample> all;
            for (const PoolCase& one : adaptive_pool_cases()) all.push_back({{distinct_values(one.x), {one.y}}, one.attributes});
            return all;
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{1, 1, 4}}, {{1, 1, 3}}}, {{"output_size", {2}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
