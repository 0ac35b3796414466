// group_norm: normalises each sample over groups of channels.
#include "lepton/ops/internal/feature_rules.hpp"
#include "lepton/ops/normalization.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape& x = c.shape(0);
  const std::int64_t groups = c.attributes.integer("groups");
  if (x.rank() < 2 || x.num_elements() == 0) return c.error(ErrorCode::kShapeMismatch, "x must be [N, C, …] and not empty (x {})", x);
  if (x[1] % groups != 0) return c.error(ErrorCode::kShapeMismatch, "the {} channels do not divide into {} groups (x {})", x[1], groups, x);
  for (std::size_t i = 1; i <= 2; ++i) {
    if (c.present(i) && c.shape(i) != Shape{x[1]}) {
      return c.error(ErrorCode::kShapeMismatch, "'{}' must have one value for each of the {} channels (got {})", c.op.inputs[i].name, x[1],
                     c.shape(i));
    }
  }
  return std::vector<Shape>{x};
}

std::vector<Value> body(const RuleContext& c) {
  const Value& x = c.inputs[0];
  const Value grouped = reshape(x, {0, c.attributes.integer("groups"), -1});
  const Value y = reshape_like(standardized(grouped, {2}, c.attributes.number("epsilon")), x);
  return {scaled_channels(y, c.inputs.size() > 1 ? c.inputs[1] : Value(), c.inputs.size() > 2 ? c.inputs[2] : Value())};
}

std::vector<Sample> samples() {
  return {{{{{2, 6}}, {{6}}, {{6}}}, {{"groups", 2}}},
          {{{{2, 4, 3, 2}}, {{4}}, {{4}}}, {{"groups", 2}, {"epsilon", 1e-5}}},
          {{{{2, 3, 4}}}, {{"groups", 1}}, "no scale, no offset"}};
}

}  // namespace

OpDef group_norm_op() {
  return {
      .name = "group_norm",
      .family = Family::kNormalization,
      .since = 1,
      .summary = "Normalises each sample by mean and biased variance over groups of channels and all positions.",
      .formula = "y = scale * (x - mean) / sqrt(variance + epsilon) + offset",
      .source = "Wu & He 2018",
      .inputs = {{"x", kFloats, "[N, C, …]"},
                 {.name = "scale", .dtype = like("x"), .doc = "[C]", .optional = true},
                 {.name = "offset", .dtype = like("x"), .doc = "[C]", .optional = true}},
      .outputs = {{"y", like("x"), "as x"}},
      .attributes = {{"groups", 32, positive, "number of groups of channels"}, {"epsilon", 1e-3, positive, "added to the variance"}},
      .infer = infer,
      .body = body,
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 6}}}, {{"groups", 4}}}, ErrorCode::kShapeMismatch},
                                       {{{{{2, 6}}, {{2}}}, {{"groups", 2}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 2e-5, .grad = 1e-5},
  };
}

}  // namespace lepton::ops
