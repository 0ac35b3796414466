// rms_norm: divides each sample by the root mean square of its features.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/feature_rules.hpp"
#include "lepton/ops/normalization.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> body(const RuleContext& c) {
  const Value& x = c.inputs[0];
  const Value power = mean(square(x), {.axes = c.attributes.integers("axes"), .keepdims = true});
  const Value y = mul(x, rsqrt(add(power, constant_like(power, c.attributes.number("epsilon")))));
  const bool has_scale = c.inputs.size() > 1 && c.inputs[1].defined();
  return {has_scale ? mul(y, along_features(c.inputs[1], x, c.attributes)) : y};
}

std::vector<Sample> samples() {
  return {{{{{4, 6}}, {{6}}}},
          {{{{2, 3, 4}}, {{3, 4}}}, {{"axes", {1, 2}}, {"epsilon", 1e-3}}},
          {{{{2, 3, 4}}, {{3}}}, {{"axes", {1}}}},
          {{{{3, 5}}}, {}, "no scale"}};
}

}  // namespace

OpDef rms_norm_op() {
  return {
      .name = "rms_norm",
      .family = Family::kNormalization,
      .since = 1,
      .summary = "Divides by the root mean square over the given axes of each sample.",
      .formula = "y = scale * x / sqrt(mean(x²) + epsilon)",
      .source = "Zhang & Sennrich 2019",
      .inputs = {{"x", kFloats, "any shape"}, {.name = "scale", .dtype = like("x"), .doc = "sizes of x along axes", .optional = true}},
      .outputs = {{"y", like("x"), "as x"}},
      .attributes = {{"axes", std::vector<std::int64_t>{-1}, any_value, "axes of the features"},
                     {"epsilon", 1e-6, positive, "added to the mean square"}},
      .infer = [](const InferContext& c) { return infer_feature_norm(c, 1); },
      .body = body,
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{4, 6}}, {{4}}}}, ErrorCode::kShapeMismatch},
                                       {{{{{4, 6}}}, {{"axes", std::vector<std::int64_t>{}}}}, ErrorCode::kInvalidArgument}};
          },
      .tolerance = {.f32 = 2e-5, .grad = 1e-5},
  };
}

}  // namespace lepton::ops
