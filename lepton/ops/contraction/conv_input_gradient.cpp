// conv_input_gradient: the gradient of a convolution with respect to its input; also the heart of transposed convolution.
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/internal/conv_rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape y, conv_output_shape(c, c.shape(2), c.shape(1)));
  if (y != c.shape(0))
    return c.error(ErrorCode::kShapeMismatch, "the gradient must have the shape of the convolution's result ({}, got {})", y, c.shape(0));
  return std::vector<Shape>{c.shape(2)};
}

// Linear in both: with upstream u, d/dg is conv(u, weight) and d/dweight is the weight gradient of (u, g).
std::vector<Value> gradient(const RuleContext& c) {
  const Value &g = c.inputs[0], &weight = c.inputs[1], &u = c.grads[0];
  const ConvOptions options = conv_options(c.attributes);
  return {c.needs(0) ? conv(u, weight, Value(), options) : Value(), c.needs(1) ? conv_weight_gradient(u, g, weight, options) : Value(),
          Value()};
}

}  // namespace

OpDef conv_input_gradient_op() {
  return {
      .name = "conv_input_gradient",
      .family = Family::kContraction,
      .since = 1,
      .summary = "Gradient of conv with respect to x.",
      .formula = "dx[n, c, i] = sum over o, k with i = p * stride + k * dilation - pad of g[n, o, p] * weight[o, c, k]",
      .inputs = {{"g", kFloats, "[N, O, spatial…], gradient of the result"},
                 {"weight", like("g"), "[O, C / groups, kernel…]"},
                 {.name = "like", .dtype = like("g"), .doc = "[N, C, spatial…], gives the shape", .shape_only = true}},
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = conv_attributes(),
      .infer = infer,
      .gradient = gradient,
      .traits = kContraction,
      .samples =
          [] {
            std::vector<Sample> all;
            for (const ConvCase& one : conv_cases()) all.push_back({{{one.y}, {one.weight}, {one.x}}, one.attributes});
            return all;
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{1, 4, 3, 3}}, {{4, 3, 3, 3}}, {{1, 3, 6, 6}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 2e-5},
  };
}

}  // namespace lepton::ops
