// batch_norm_inference: batch normalisation with given statistics.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/channel_rules.hpp"
#include "lepton/ops/normalization.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(check_channel_vectors(c, 1, 4));
  return std::vector<Shape>{c.shape(0)};
}

std::vector<Value> body(const RuleContext& c) {
  const Value &x = c.inputs[0], &scale = c.inputs[1], &offset = c.inputs[2], &mean = c.inputs[3], &variance = c.inputs[4];
  const Value factor = mul(scale, rsqrt(add(variance, constant_like(variance, c.attributes.number("epsilon")))));
  return {add(mul(sub(x, along_channels(mean, x)), along_channels(factor, x)), along_channels(offset, x))};
}

void emit(OnnxEmitter& e) {
  e.output(0, e.node("BatchNormalization", {e.input(0), e.input(1), e.input(2), e.input(3), e.input(4)},
                     {{"epsilon", e.attributes().number("epsilon")}})[0]);
}

}  // namespace

OpDef batch_norm_inference_op() {
  return {
      .name = "batch_norm_inference",
      .family = Family::kNormalization,
      .since = 1,
      .summary = "Normalises each channel by a given mean and variance.",
      .formula = "y = scale * (x - mean) / sqrt(variance + epsilon) + offset",
      .source = "Ioffe & Szegedy 2015",
      .inputs = {{"x", kFloats, "[N, C, …]"},
                 {"scale", like("x"), "[C]"},
                 {"offset", like("x"), "[C]"},
                 {"mean", like("x"), "[C]"},
                 {"variance", like("x"), "[C], not negative"}},
      .outputs = {{"y", like("x"), "as x"}},
      .attributes = {{"epsilon", 1e-3, positive, "added to the variance"}},
      .infer = infer,
      .body = body,
      .onnx = {.opset = 15, .emit = emit},
      .samples =
          [] {
            return std::vector<Sample>{{{{{4, 3}}, {{3}}, {{3}}, {{3}}, {{3}, 0.1, 2}}},
                                       {{{{2, 3, 4}}, {{3}}, {{3}}, {{3}}, {{3}, 0.1, 2}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{4, 3}}, {{3}}, {{3}}, {{3}}, {{2}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
