// layer_norm: normalises each sample over its features.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/feature_rules.hpp"
#include "lepton/ops/normalization.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> body(const RuleContext& c) {
  const Value& x = c.inputs[0];
  Value y = standardized(x, c.attributes.integers("axes"), c.attributes.number("epsilon"));
  if (c.inputs.size() > 1 && c.inputs[1].defined()) y = mul(y, along_features(c.inputs[1], x, c.attributes));
  if (c.inputs.size() > 2 && c.inputs[2].defined()) y = add(y, along_features(c.inputs[2], x, c.attributes));
  return {y};
}

// ONNX normalises the last axes only and needs a scale; else it is written as smaller operators.
void emit(OnnxEmitter& e) {
  const bool has_scale = e.num_inputs() > 1 && !e.input(1).empty(), has_offset = e.num_inputs() > 2 && !e.input(2).empty();
  if (has_scale && features_are_last(e)) {
    const auto count = static_cast<std::int64_t>(e.attributes().integers("axes").size());
    e.output(0, onnx_node(e, "LayerNormalization", {e.input(0), e.input(1), has_offset ? e.input(2) : std::string()},
                          {{"axis", -count}, {"epsilon", e.attributes().number("epsilon")}}));
    return;
  }
  const std::string centered = onnx_node(e, "Sub", {e.input(0), onnx_feature_mean(e, e.input(0))});
  std::string y = onnx_over_deviation(e, centered, onnx_feature_mean(e, onnx_node(e, "Mul", {centered, centered})));
  if (has_scale) y = onnx_node(e, "Mul", {y, onnx_along_features(e, 1)});
  if (has_offset) y = onnx_node(e, "Add", {y, onnx_along_features(e, 2)});
  e.output(0, y);
}

std::vector<Sample> samples() {
  return {{{{{4, 6}}, {{6}}, {{6}}}},
          {{{{2, 3, 4}}, {{3, 4}}, {{3, 4}}}, {{"axes", {-1, 1}}, {"epsilon", 1e-5}}},
          {{{{2, 3, 4}}, {{3}}, {{3}}}, {{"axes", {1}}}},
          {{{{2, 3, 2, 2}}, {{2, 2}}, {{2, 2}}}, {{"axes", {0, 2}}}},
          {{{{3, 5}}}, {}, "no scale, no offset"},
          {{{{3, 5}}, {.shape = {}, .present = false}, {{5}}}, {}, "no scale"}};
}

std::vector<Reject> rejects() {
  return {{{{{{4, 6}}, {{5}}}}, ErrorCode::kShapeMismatch},
          {{{{{4, 6}}}, {{"axes", {2}}}}, ErrorCode::kInvalidArgument},
          {{{{{4, 6}}}, {{"axes", {1, -1}}}}, ErrorCode::kInvalidArgument},
          {{{{{4, 6}}}, {{"epsilon", 0.0}}}, ErrorCode::kInvalidArgument},
          {{{{{4, 0}}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef layer_norm_op() {
  return {
      .name = "layer_norm",
      .family = Family::kNormalization,
      .since = 1,
      .summary = "Normalises by mean and biased variance over the given axes of each sample.",
      .formula = "y = scale * (x - mean) / sqrt(variance + epsilon) + offset",
      .source = "Ba, Kiros & Hinton 2016",
      .inputs = {{"x", kFloats, "any shape"},
                 {.name = "scale", .dtype = like("x"), .doc = "sizes of x along axes", .optional = true},
                 {.name = "offset", .dtype = like("x"), .doc = "as scale", .optional = true}},
      .outputs = {{"y", like("x"), "as x"}},
      .attributes = {{"axes", std::vector<std::int64_t>{-1}, any_value, "axes of the features"},
                     {"epsilon", 1e-3, positive, "added to the variance"}},
      .infer = [](const InferContext& c) { return infer_feature_norm(c, 2); },
      .body = body,
      .onnx = {.opset = 18, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 2e-5, .grad = 1e-5},
  };
}

}  // namespace lepton::ops
