// conv_weight_gradient: the gradient of a convolution with respect to its weight.
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/internal/conv_rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape y, conv_output_shape(c, c.shape(0), c.shape(2)));
  if (y != c.shape(1))
    return c.error(ErrorCode::kShapeMismatch, "the gradient must have the shape of the convolution's result ({}, got {})", y, c.shape(1));
  return std::vector<Shape>{c.shape(2)};
}

// Linear in both: with upstream u (a weight), d/dx is the input gradient of (g, u) and d/dg is conv(x, u).
std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &g = c.inputs[1], &u = c.grads[0];
  const ConvOptions options = conv_options(c.attributes);
  return {c.needs(0) ? conv_input_gradient(g, u, x, options) : Value(), c.needs(1) ? conv(x, u, Value(), options) : Value(), Value()};
}

}  // namespace

OpDef conv_weight_gradient_op() {
  return {
      .name = "conv_weight_gradient",
      .family = Family::kContraction,
      .since = 1,
      .summary = "Gradient of conv with respect to its weight.",
      .formula = "dw[o, c, k] = sum over n, p of x[n, c, p * stride + k * dilation - pad] * g[n, o, p]",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"},
                 {"g", like("x"), "[N, O, spatial…], gradient of the result"},
                 {.name = "like", .dtype = like("x"), .doc = "[O, C / groups, kernel…], gives the shape", .shape_only = true}},
      .outputs = {{"dw", like("x"), "as like"}},
      .attributes = conv_attributes(),
      .infer = infer,
      .gradient = gradient,
      .traits = kContraction,
      .samples =
          [] {
            std::vector<Sample> all;
            for (const ConvCase& one : conv_cases()) all.push_back({{{one.x}, {one.y}, {one.weight}}, one.attributes});
            return all;
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{1, 3, 6, 6}}, {{1, 4, 3, 3}}, {{4, 3, 3, 3}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 5e-5},
  };
}

}  // namespace lepton::ops
