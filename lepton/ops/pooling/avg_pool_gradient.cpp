// avg_pool_gradient: spreads each window's gradient evenly over the places that it averaged.
#include "lepton/ops/internal/pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape y, pool_output_shape(c, c.shape(1)));
  if (y != c.shape(0)) return c.error(ErrorCode::kShapeMismatch, "g must have the shape of the pooled x ({}, got {})", y, c.shape(0));
  return std::vector<Shape>{c.shape(1)};
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const PoolCase& one : pool_cases(true)) all.push_back({{{one.y}, {one.x}}, one.attributes});
  return all;
}

}  // namespace

OpDef avg_pool_gradient_op() {
  return {
      .name = "avg_pool_gradient",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Gradient of avg_pool.",
      .formula = "dx[n, c, i] = sum over windows p that hold i of g[n, c, p] / (size of p)",
      .inputs = {{"g", kFloats, "[N, C, spatial…], gradient of the result"},
                 {.name = "like", .dtype = like("g"), .doc = "[N, C, spatial…], gives the shape", .shape_only = true}},
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = pool_attributes(true),
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("avg_pool", {c.grads[0]}, c.attributes), Value()};
          },
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{1, 1, 3}}, {{1, 1, 4}}}, {{"window", {2}}, {"strides", {2}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
