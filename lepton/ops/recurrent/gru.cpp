// gru: a GRU over sequences whose reset gate acts behind the product with the state.
#include "lepton/ops/internal/recurrent_rules.hpp"
#include "lepton/ops/recurrent.hpp"

namespace lepton::ops {
namespace {

enum Input : std::size_t { kX, kKernel, kRecurrentKernel, kBias, kRecurrentBias, kH };

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape &x = c.shape(kX), &kernel = c.shape(kRecurrentKernel), &state = c.shape(kH);
  LEPTON_CHECK_OK(check_recurrent_kernel(c, kRecurrentKernel, 3));
  LEPTON_CHECK_OK(check_projection(c, kernel[0], 3, kKernel, {kBias, kRecurrentBias}));
  LEPTON_CHECK_OK(check_states(c, {x[0], kernel[0]}, {kH}));
  return std::vector<Shape>{{x[0], x[1], kernel[0]}, state};
}

std::vector<Value> body(const RuleContext& c) {
  const Value x = projected(c.inputs[kX], c.inputs[kKernel], c.inputs[kBias]);
  const Recurrence<Value> run =
      gru_steps(x, c.inputs[kRecurrentKernel], c.inputs[kRecurrentBias], c.inputs[kH], Value(), c.attributes.flag("reverse"));
  return {run.sequence, run.states[0]};
}

std::vector<Sample> samples() {
  const SampleInput x = {{3, 4, 2}}, kernel = {{2, 15}}, recurrent = {{5, 15}, -0.6, 0.6}, bias = {{15}}, state = {{3, 5}};
  const SampleInput none = {.present = false};
  return {{{x, kernel, recurrent, bias, bias, state}},
          {{x, kernel, recurrent, none, none, state}, {{"reverse", true}}, "reverse, no biases"},
          {{x, kernel, recurrent, bias, none, state}, {}, "no recurrent bias"}};
}

std::vector<Reject> rejects() {
  const SampleInput x = {{3, 4, 2}}, kernel = {{2, 15}}, recurrent = {{5, 15}}, bias = {{15}}, state = {{3, 5}};
  return {{{{x, {{3, 15}}, recurrent, bias, bias, state}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, {{5, 20}}, bias, bias, state}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, recurrent, bias, {{5}}, state}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, recurrent, bias, bias, {{2, 5}}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef gru_op() {
  return {
      .name = "gru",
      .family = Family::kRecurrent,
      .since = 1,
      .summary = "Runs a GRU over sequences.",
      .formula = "p = h U + recurrent_bias; z, r = sigmoid(x[t] W + b + p); n = tanh(x[t] W + b + r p); h' = z h + (1 - z) n",
      .source = "Cho et al. 2014, with the reset gate behind the product",
      .inputs = {{"x", kFloats, "[N, T, C]"},
                 {"kernel", like("x"), "[C, 3 H], gates z, r, n"},
                 {"recurrent_kernel", like("x"), "[H, 3 H]"},
                 {.name = "bias", .dtype = like("x"), .doc = "[3 H]", .optional = true},
                 {.name = "recurrent_bias", .dtype = like("x"), .doc = "[3 H], added to h U", .optional = true},
                 {"h", like("x"), "[N, H], before the first step"}},
      .outputs = {{"sequence", like("x"), "[N, T, H], h after every step"}, {"last_h", like("x"), "[N, H]"}},
      .attributes = {{"reverse", false, any_value, "from the last step to the first"}},
      .infer = infer,
      .body = body,
      .onnx = {.opset = 18,
               .emit =
                   [](OnnxEmitter& e) {
                     emit_recurrence(e, {"GRU", {0, 1, 2}, {kBias, kRecurrentBias}, {kH}, {{"linear_before_reset", 1}}});
                   }},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 5e-6, .grad = 1e-6},
  };
}

}  // namespace lepton::ops
