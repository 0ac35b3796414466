// lstm_steps_gradient: back through the steps of an LSTM.
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/recurrent_rules.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

enum Input : std::size_t { kKernel, kC, kCells, kGates, kMask, kGSequence, kGLastH, kGLastC };

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(check_recurrence(
      c, {.gates = 4, .width = 4, .sequence = kGates, .kernel = kKernel, .states = {kC, kGLastH, kGLastC}, .mask = kMask}));
  const Shape& gates = c.shape(kGates);
  const Shape sequence = {gates[0], gates[1], c.shape(kKernel)[0]};
  for (const std::size_t i : {kCells, kGSequence}) {
    if (c.present(i) && c.shape(i) != sequence)
      return c.error(ErrorCode::kShapeMismatch, "cells and the gradient of the sequence must be {} (one is {})", sequence, c.shape(i));
  }
  return std::vector<Shape>{gates, c.shape(kC), c.shape(kC)};
}

// One step back. `dh` and `dc` are the gradients of the states behind the step.
struct Step {
  bool masked, sequence;

  ScanStep operator()(const ScanStep& in) const {
    const std::vector<Value> gates = split(in.slices[0], std::vector<std::int64_t>(4, in.states[0].dim(-1)), -1);
    const Value &i = gates[0], &f = gates[1], &fresh = gates[2], &o = gates[3], &cell = in.slices[1], &before = in.slices[2];
    const Value squashed = tanh(cell);
    const Value dh = sequence ? in.states[0] + in.slices[3] : in.states[0], dc = in.states[1] + dh * o * (1.0 - square(squashed));
    const auto through_gate = [](const Value& g, const Value& gate) { return g * gate * (1.0 - gate); };
    Value back = concat(std::vector<Value>{through_gate(dc * fresh, i), through_gate(dc * before, f), dc * i * (1.0 - square(fresh)),
                                           through_gate(dh * squashed, o)},
                        -1);
    if (masked) back = where(in.slices.back(), back, constant_like(back, 0));
    Value previous_h = matmul(back, in.captured[0], {.transpose_b = true}), previous_c = dc * f;
    if (masked) {
      previous_h = where(in.slices.back(), previous_h, dh);
      previous_c = where(in.slices.back(), previous_c, in.states[1]);
    }
    return {{previous_h, previous_c}, {back}, {}};
  }
};

std::vector<Value> body(const RuleContext& c) {
  const bool reverse = c.attributes.flag("reverse");
  const Value g = input_or_none(c, kGSequence), mask = mask_steps(input_or_none(c, kMask));
  std::vector<Value> sequences = {time_first(c.inputs[kGates]), time_first(c.inputs[kCells]),
                                  time_first(states_before(c.inputs[kCells], c.inputs[kC], reverse))};
  if (g.defined()) sequences.push_back(time_first(g));
  if (mask.defined()) sequences.push_back(mask);
  const ScanResult run = scan({or_zeros(input_or_none(c, kGLastH), c.inputs[kC]), or_zeros(input_or_none(c, kGLastC), c.inputs[kC])},
                              sequences, {c.inputs[kKernel]}, Step{mask.defined(), g.defined()}, {.reverse = !reverse});
  return {time_first(run.outputs[0]), run.states[0], run.states[1]};
}

std::vector<Sample> samples() {
  const SampleInput state = {{3, 3}}, kernel = {{3, 12}, -0.6, 0.6}, cells = {{3, 3, 3}}, gates = {{3, 3, 12}, 0.1, 0.9},
                    none = {.present = false};
  return {{{kernel, state, cells, gates, none, none, state, none}, {{"reverse", true}}, "reverse, from the last h only"},
          {{kernel, state, cells, gates, mask_sample(3, 3), cells, none, state}, {}, "masked"},
          {{{{9, 36}, -0.3, 0.3}, {{4, 9}}, {{4, 1, 9}}, {{4, 1, 36}, 0.1, 0.9}, none, {{4, 1, 9}}, {{4, 9}}, none},
           {},
           "rows and units that fill no vector"}};
}

std::vector<Reject> rejects() {
  const SampleInput state = {{3, 3}}, kernel = {{3, 12}}, cells = {{3, 3, 3}}, gates = {{3, 3, 12}}, none = {.present = false};
  return {{{{kernel, state, {{3, 5, 5}}, gates, none, cells}}, ErrorCode::kShapeMismatch},
          {{{kernel, state, cells, gates, none, {{3, 4, 4}}}}, ErrorCode::kShapeMismatch},
          {{{kernel, state, cells, gates, none, cells, {{2, 5}}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef lstm_steps_gradient_op() {
  return {
      .name = "lstm_steps_gradient",
      .family = Family::kRecurrent,
      .since = 1,
      .summary = "Gradients of lstm_steps with respect to what is projected and the initial states.",
      .formula =
          "backwards over t: do = dh tanh(c'), dc' = dc + dh o (1 - tanh(c')^2), di = dc' g, df = dc' c, dg = dc' i, each through its "
          "activation; dh = [di, df, dg, do] U^T, dc = dc' f",
      .source = "Werbos 1990, Backpropagation through time",
      .inputs = {{"recurrent_kernel", kFloats, "[H, 4 H]"},
                 {"c", like("recurrent_kernel"), "[N, H], before the first step"},
                 {"cells", like("recurrent_kernel"), "[N, T, H], as lstm_steps gives them"},
                 {"gates", like("recurrent_kernel"), "[N, T, 4 H], as lstm_steps gives them"},
                 {.name = "mask", .dtype = kBools, .doc = "[N, T], as for lstm_steps", .optional = true},
                 {.name = "g_sequence", .dtype = like("recurrent_kernel"), .doc = "[N, T, H], gradient of the sequence", .optional = true},
                 {.name = "g_last_h", .dtype = like("recurrent_kernel"), .doc = "[N, H], gradient of the last h", .optional = true},
                 {.name = "g_last_c", .dtype = like("recurrent_kernel"), .doc = "[N, H], gradient of the last c", .optional = true}},
      .outputs = {{"dprojected", like("recurrent_kernel"), "[N, T, 4 H]"},
                  {"dh", like("recurrent_kernel"), "[N, H]"},
                  {"dc", like("recurrent_kernel"), "[N, H]"}},
      .attributes = {{"reverse", false, any_value, "as lstm_steps ran"}},
      .infer = infer,
      .body = body,
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 1e-5, .grad = 1e-6},
  };
}

}  // namespace lepton::ops
