// batch_norm_training: batch normalisation with the statistics of the batch.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/channel_rules.hpp"
#include "lepton/ops/normalization.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(check_channel_vectors(c, 1, 2));
  const Shape& x = c.shape(0);
  if (x.num_elements() == 0) return c.error(ErrorCode::kShapeMismatch, "statistics of an empty batch do not exist (x {})", x);
  return std::vector<Shape>{x, {x[1]}, {x[1]}};
}

std::vector<Value> body(const RuleContext& c) {
  const Value &x = c.inputs[0], &scale = c.inputs[1], &offset = c.inputs[2];
  const Value count = channel_count(x);
  const Value mean = div(channel_sums(x), count);
  const Value centered = sub(x, along_channels(mean, x));
  const Value variance = div(channel_sums(square(centered)), count);
  const Value factor = mul(scale, rsqrt(add(variance, constant_like(variance, c.attributes.number("epsilon")))));
  return {add(mul(centered, along_channels(factor, x)), along_channels(offset, x)), mean, variance};
}

std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &scale = c.inputs[1], &mean = c.outputs[1], &variance = c.outputs[2];
  std::vector<Value> grads(3);
  if (c.grads[0].defined()) {
    const Value operands[] = {x, scale, mean, variance, c.grads[0]};
    grads = call_all<Value>("batch_norm_gradient", operands, {{"epsilon", c.attributes.number("epsilon")}});
  }
  const auto add_to_x = [&](const Value& g) { grads[0] = grads[0].defined() ? add(grads[0], g) : g; };
  const Value count = channel_count(x);
  if (c.grads[1].defined()) add_to_x(broadcast_to_like(along_channels(div(c.grads[1], count), x), x));
  if (c.grads[2].defined()) {
    const Value slope = div(mul(c.grads[2], constant_like(count, 2)), count);
    add_to_x(mul(sub(x, along_channels(mean, x)), along_channels(slope, x)));
  }
  return grads;
}

}  // namespace

OpDef batch_norm_training_op() {
  return {
      .name = "batch_norm_training",
      .family = Family::kNormalization,
      .since = 1,
      .summary = "Normalises each channel by its mean and biased variance over the batch; also returns both.",
      .formula = "y = scale * (x - mean) / sqrt(variance + epsilon) + offset",
      .source = "Ioffe & Szegedy 2015",
      .inputs = {{"x", kFloats, "[N, C, …]"}, {"scale", like("x"), "[C]"}, {"offset", like("x"), "[C]"}},
      .outputs = {{"y", like("x"), "as x"}, {"mean", like("x"), "[C]"}, {"variance", like("x"), "[C]"}},
      .attributes = {{"epsilon", 1e-3, positive, "added to the variance"}},
      .infer = infer,
      .gradient = gradient,
      .body = body,
      .samples =
          [] {
            return std::vector<Sample>{{{{{4, 3}}, {{3}}, {{3}}}}, {{{{2, 3, 4, 2}}, {{3}}, {{3}}}, {{"epsilon", 1e-5}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{4, 3}}, {{4}}, {{3}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 2e-5, .grad = 1e-5},
  };
}

}  // namespace lepton::ops
