// adaptive_avg_pool_gradient: spreads each window's gradient evenly over its elements.
#include "lepton/ops/internal/adaptive_pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape y, adaptive_pool_output_shape(c, c.shape(1)));
  if (y != c.shape(0)) return c.error(ErrorCode::kShapeMismatch, "g must have the shape of the pooled x ({}, got {})", y, c.shape(0));
  return std::vector<Shape>{c.shape(1)};
}

}  // namespace

OpDef adaptive_avg_pool_gradient_op() {
  return {
      .name = "adaptive_avg_pool_gradient",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Gradient of adaptive_avg_pool: spreads each window's gradient evenly over its elements.",
      .formula = "dx[i] = sum over windows p that hold i of g[p] / size of p",
      .inputs = {{"g", kFloats, "as the pooled x"},
                 {.name = "like", .dtype = like("g"), .doc = "[N, C, spatial…], gives the shape", .shape_only = true}},
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = adaptive_pool_attributes(),
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("adaptive_avg_pool", {c.grads[0]}, c.attributes), Value()};
          },
      .samples =
          [] {
            std::vector<Sample> all;
            for (const PoolCase& one : adaptive_pool_cases()) all.push_back({{{one.y}, {one.x}}, one.attributes});
            return all;
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{1, 1, 3}}, {{1, 1, 4}}}, {{"output_size", {2}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
