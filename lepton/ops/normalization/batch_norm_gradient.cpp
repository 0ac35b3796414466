// batch_norm_gradient: gradients of batch_norm_training's y with respect to x, scale and offset.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/channel_rules.hpp"
#include "lepton/ops/normalization.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(check_channel_vectors(c, 1, 3));
  const Shape& x = c.shape(0);
  if (c.shape(4) != x) return c.error(ErrorCode::kShapeMismatch, "g must have the shape of x ({} and {})", c.shape(4), x);
  return std::vector<Shape>{x, {x[1]}, {x[1]}};
}

std::vector<Value> body(const RuleContext& c) {
  const Value &x = c.inputs[0], &scale = c.inputs[1], &mean = c.inputs[2], &variance = c.inputs[3], &g = c.inputs[4];
  const Value count = channel_count(x);
  const Value deviation = rsqrt(add(variance, constant_like(variance, c.attributes.number("epsilon"))));
  const Value normalized = mul(sub(x, along_channels(mean, x)), along_channels(deviation, x));
  const Value doffset = channel_sums(g), dscale = channel_sums(mul(g, normalized));
  const Value centered = sub(sub(g, along_channels(div(doffset, count), x)), mul(normalized, along_channels(div(dscale, count), x)));
  return {mul(centered, along_channels(mul(scale, deviation), x)), dscale, doffset};
}

}  // namespace

OpDef batch_norm_gradient_op() {
  return {
      .name = "batch_norm_gradient",
      .family = Family::kNormalization,
      .since = 1,
      .summary = "Gradients of batch_norm_training's y with respect to x, scale and offset.",
      .formula =
          "dx = scale / s * (g - mean(g) - n * mean(g n)), n = (x - mean) / s, s = sqrt(variance + epsilon); dscale = sum(g n); doffset = "
          "sum(g)",
      .source = "Ioffe & Szegedy 2015",
      .inputs = {{"x", kFloats, "[N, C, …]"},
                 {"scale", like("x"), "[C]"},
                 {"mean", like("x"), "[C], of the batch"},
                 {"variance", like("x"), "[C], of the batch, biased"},
                 {"g", like("x"), "as x, gradient of y"}},
      .outputs = {{"dx", like("x"), "as x"}, {"dscale", like("x"), "[C]"}, {"doffset", like("x"), "[C]"}},
      .attributes = {{"epsilon", 1e-3, positive, "added to the variance"}},
      .infer = infer,
      .body = body,
      .samples =
          [] {
            return std::vector<Sample>{{{{{4, 3}}, {{3}}, {{3}}, {{3}, 0.5, 2}, {{4, 3}}}},
                                       {{{{2, 3, 4}}, {{3}}, {{3}}, {{3}, 0.5, 2}, {{2, 3, 4}}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{4, 3}}, {{3}}, {{3}}, {{3}}, {{4, 4}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 2e-5, .grad = 1e-5},
  };
}

}  // namespace lepton::ops
