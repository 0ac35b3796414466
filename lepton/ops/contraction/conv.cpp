// conv: convolution (cross-correlation) over one to three spatial axes, with groups.
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/internal/conv_rules.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  if (c.present(2) && c.shape(2) != Shape{c.shape(1).rank() > 0 ? c.shape(1)[0] : 0}) {
    return c.error(ErrorCode::kShapeMismatch, "bias must have one value for each output channel (bias {}, weight {})", c.shape(2),
                   c.shape(1));
  }
  LEPTON_TRY(Shape y, conv_output_shape(c, c.shape(0), c.shape(1)));
  return std::vector<Shape>{std::move(y)};
}

std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &weight = c.inputs[1], &g = c.grads[0];
  const ConvOptions options = conv_options(c.attributes);
  std::vector<Value> grads(c.inputs.size());
  if (c.needs(0)) grads[0] = conv_input_gradient(g, weight, x, options);
  if (c.needs(1)) grads[1] = conv_weight_gradient(x, g, weight, options);
  if (c.needs(2)) {
    std::vector<std::int64_t> axes = {0};
    for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
    grads[2] = sum(g, {.axes = axes});
  }
  return grads;
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const ConvCase& one : conv_cases()) all.push_back({{{one.x}, {one.weight}, {{one.weight[0]}}}, one.attributes});
  all.push_back({{{{2, 3, 5, 5}}, {{4, 3, 3, 3}}}, {}, "no bias"});
  return all;
}

std::vector<Reject> rejects() {
  return {{{{{{1, 3, 5, 5}}, {{4, 2, 3, 3}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 3, 2, 2}}, {{4, 3, 3, 3}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 3, 5, 5}}, {{4, 3, 3, 3}}}, {{"padding", "full"}}}, ErrorCode::kInvalidArgument},
          {{{{{1, 3, 5, 5}}, {{4, 3, 3, 3}}, {{3}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 3, 5, 5}}, {{4, 3, 3, 3}}}, {{"strides", {1}}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) {
  const Shape& weight = e.input_type(1).shape;
  Attributes attributes = onnx_window(e.attributes(), std::span(weight.dims()).subspan(2));
  attributes.set("group", e.attributes().integer("groups"));
  std::vector<std::string> inputs = {e.input(0), e.input(1)};
  if (e.num_inputs() > 2) inputs.push_back(e.input(2));
  e.output(0, e.node("Conv", inputs, attributes)[0]);
}

}  // namespace

OpDef conv_op() {
  return {
      .name = "conv",
      .family = Family::kContraction,
      .since = 1,
      .summary = "Convolution over one to three spatial axes, with groups; depthwise if groups equal the channels.",
      .formula = "y[n, o, p] = bias[o] + sum over c, k of x[n, c, p * stride + k * dilation - pad] * weight[o, c, k]",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"},
                 {"weight", like("x"), "[O, C / groups, kernel…]"},
                 {.name = "bias", .dtype = like("x"), .doc = "[O]", .optional = true}},
      .outputs = {{"y", like("x"), "[N, O, spatial…]"}},
      .attributes = conv_attributes(),
      .infer = infer,
      .gradient = gradient,
      .traits = kContraction,
      .onnx = {.opset = 11, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 2e-5},
  };
}

}  // namespace lepton::ops
