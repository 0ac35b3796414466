// adaptive_max_pool_pick: takes, for each window of x, the element of another tensor at the place of x's largest value.
#include "lepton/ops/internal/adaptive_pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  if (c.shape(0) != c.shape(1))
    return c.error(ErrorCode::kShapeMismatch, "x and values must have equal shapes ({} and {})", c.shape(0), c.shape(1));
  LEPTON_TRY(Shape y, adaptive_pool_output_shape(c, c.shape(0)));
  return std::vector<Shape>{std::move(y)};
}

}  // namespace

OpDef adaptive_max_pool_pick_op() {
  return {
      .name = "adaptive_max_pool_pick",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Elements of `values` at the places of the largest value of each window of x: the gradient of adaptive_max_pool_gradient.",
      .formula = "y[p] = values[argmax of window p of x]",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"}, {"values", like("x"), "as x"}},
      .outputs = {{"y", like("x"), "[N, C, output_size…]"}},
      .attributes = adaptive_pool_attributes(),
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{Value(), call<Value>("adaptive_max_pool_gradient", {c.inputs[0], c.grads[0]}, c.attributes)};
          },
      .samples =
          [] {
            std::vector<Sample> all;
            for (const PoolCase& one : adaptive_pool_cases()) all.push_back({{distinct_values(one.x), {one.x}}, one.attributes});
            return all;
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{1, 1, 4}}, {{1, 1, 3}}}, {{"output_size", {2}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
