// lstm: an LSTM over sequences.
#include <cstdint>

#include "lepton/ops/internal/recurrent_rules.hpp"
#include "lepton/ops/recurrent.hpp"

namespace lepton::ops {
namespace {

enum Input : std::size_t { kX, kKernel, kRecurrentKernel, kBias, kH, kC };

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape &x = c.shape(kX), &kernel = c.shape(kRecurrentKernel), &state = c.shape(kH);
  LEPTON_CHECK_OK(check_recurrent_kernel(c, kRecurrentKernel, 4));
  LEPTON_CHECK_OK(check_projection(c, kernel[0], 4, kKernel, {kBias}));
  LEPTON_CHECK_OK(check_states(c, {x[0], kernel[0]}, {kH, kC}));
  return std::vector<Shape>{{x[0], x[1], kernel[0]}, state, state};
}

std::vector<Value> body(const RuleContext& c) {
  const Value x = projected(c.inputs[kX], c.inputs[kKernel], c.inputs[kBias]);
  const Recurrence<Value> run =
      lstm_steps(x, c.inputs[kRecurrentKernel], c.inputs[kH], c.inputs[kC], Value(), c.attributes.flag("reverse"));
  return {run.sequence, run.states[0], run.states[1]};
}

std::vector<Sample> samples() {
  const SampleInput x = {{3, 4, 2}}, kernel = {{2, 20}}, recurrent = {{5, 20}, -0.6, 0.6}, bias = {{20}}, state = {{3, 5}};
  return {{{x, kernel, recurrent, bias, state, state}},
          {{x, kernel, recurrent, {.present = false}, state, state}, {{"reverse", true}}, "reverse, no bias"}};
}

std::vector<Reject> rejects() {
  const SampleInput x = {{3, 4, 2}}, kernel = {{2, 20}}, recurrent = {{5, 20}}, bias = {{20}}, state = {{3, 5}};
  return {{{{x, {{3, 20}}, recurrent, bias, state, state}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, {{5, 15}}, bias, state, state}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, recurrent, {{5}}, state, state}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, recurrent, bias, {{2, 5}}, state}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef lstm_op() {
  return {
      .name = "lstm",
      .family = Family::kRecurrent,
      .since = 1,
      .summary = "Runs an LSTM over sequences.",
      .formula = "i, f, g, o = parts of x[t] W + h U + b; c' = sigmoid(f) c + sigmoid(i) tanh(g); h' = sigmoid(o) tanh(c')",
      .source = "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (forget gate)",
      .inputs = {{"x", kFloats, "[N, T, C]"},
                 {"kernel", like("x"), "[C, 4 H], gates i, f, g, o"},
                 {"recurrent_kernel", like("x"), "[H, 4 H]"},
                 {.name = "bias", .dtype = like("x"), .doc = "[4 H]", .optional = true},
                 {"h", like("x"), "[N, H], before the first step"},
                 {"c", like("x"), "[N, H], before the first step"}},
      .outputs = {{"sequence", like("x"), "[N, T, H], h after every step"},
                  {"last_h", like("x"), "[N, H]"},
                  {"last_c", like("x"), "[N, H]"}},
      .attributes = {{"reverse", false, any_value, "from the last step to the first"}},
      .infer = infer,
      .body = body,
      .onnx = {.opset = 18,
               .emit =
                   [](OnnxEmitter& e) {
                     emit_recurrence(e, {"LSTM", {0, 3, 1, 2}, {kBias, SIZE_MAX}, {kH, kC}});
                   }},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 5e-6, .grad = 1e-6},
  };
}

}  // namespace lepton::ops
