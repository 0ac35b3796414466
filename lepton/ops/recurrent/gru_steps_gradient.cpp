// gru_steps_gradient: back through the steps of a GRU.
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/internal/recurrent_rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

enum Input : std::size_t { kKernel, kH, kSequence, kGates, kMask, kGSequence, kGLastH };

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(
      check_recurrence(c, {.gates = 3, .width = 4, .sequence = kGates, .kernel = kKernel, .states = {kH, kGLastH}, .mask = kMask}));
  const Shape& gates = c.shape(kGates);
  const std::int64_t units = c.shape(kKernel)[0];
  const Shape sequence = {gates[0], gates[1], units}, products = {gates[0], gates[1], 3 * units};
  for (const std::size_t i : {kSequence, kGSequence}) {
    if (c.present(i) && c.shape(i) != sequence)
      return c.error(ErrorCode::kShapeMismatch, "the sequence and its gradient must be {} (one is {})", sequence, c.shape(i));
  }
  return std::vector<Shape>{products, products, c.shape(kH)};
}

// One step back. `dh` is the gradient of the state behind the step.
struct Step {
  bool masked, sequence;

  ScanStep operator()(const ScanStep& in) const {
    const std::vector<Value> gates = split(in.slices[0], std::vector<std::int64_t>(4, in.states[0].dim(-1)), -1);
    const Value &z = gates[0], &r = gates[1], &fresh = gates[2], &past = gates[3], &before = in.slices[1];
    const Value dh = sequence ? in.states[0] + in.slices[2] : in.states[0];
    const Value dz = dh * (before - fresh) * z * (1.0 - z), dn = dh * (1.0 - z) * (1.0 - square(fresh)), dr = dn * past * r * (1.0 - r);
    Value back = concat(std::vector<Value>{dz, dr, dn}, -1), product = concat(std::vector<Value>{dz, dr, dn * r}, -1);
    if (masked) {
      back = where(in.slices.back(), back, constant_like(back, 0));
      product = where(in.slices.back(), product, constant_like(product, 0));
    }
    Value previous = dh * z + matmul(product, in.captured[0], {.transpose_b = true});
    if (masked) previous = where(in.slices.back(), previous, dh);
    return {{previous}, {back, product}, {}};
  }
};

std::vector<Value> body(const RuleContext& c) {
  const bool reverse = c.attributes.flag("reverse");
  const Value g = input_or_none(c, kGSequence), mask = mask_steps(input_or_none(c, kMask));
  std::vector<Value> sequences = {time_first(c.inputs[kGates]), time_first(states_before(c.inputs[kSequence], c.inputs[kH], reverse))};
  if (g.defined()) sequences.push_back(time_first(g));
  if (mask.defined()) sequences.push_back(mask);
  const ScanResult run = scan({or_zeros(input_or_none(c, kGLastH), c.inputs[kH])}, sequences, {c.inputs[kKernel]},
                              Step{mask.defined(), g.defined()}, {.reverse = !reverse});
  return {time_first(run.outputs[0]), time_first(run.outputs[1]), run.states[0]};
}

std::vector<Sample> samples() {
  const SampleInput state = {{3, 3}}, kernel = {{3, 9}, -0.6, 0.6}, sequence = {{3, 3, 3}}, gates = {{3, 3, 12}, 0.1, 0.9},
                    none = {.present = false};
  return {{{kernel, state, sequence, gates, none, none, state}, {{"reverse", true}}, "reverse, from the last h only"},
          {{kernel, state, sequence, gates, mask_sample(3, 3), sequence}, {}, "masked"},
          {{{{9, 27}, -0.3, 0.3}, {{4, 9}}, {{4, 1, 9}}, {{4, 1, 36}, 0.1, 0.9}, none, {{4, 1, 9}}, {{4, 9}}},
           {},
           "rows and units that fill no vector"}};
}

std::vector<Reject> rejects() {
  const SampleInput state = {{3, 3}}, kernel = {{3, 9}}, sequence = {{3, 3, 3}}, gates = {{3, 3, 12}}, none = {.present = false};
  return {{{{kernel, state, {{3, 5, 5}}, gates, none, sequence}}, ErrorCode::kShapeMismatch},
          {{{kernel, state, sequence, {{3, 3, 9}}, none, sequence}}, ErrorCode::kShapeMismatch},
          {{{kernel, state, sequence, gates, none, sequence, {{2, 5}}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef gru_steps_gradient_op() {
  return {
      .name = "gru_steps_gradient",
      .family = Family::kRecurrent,
      .since = 1,
      .summary = "Gradients of gru_steps with respect to what is projected, the products with the state and the initial state.",
      .formula =
          "backwards over t: dz = dh (h - n), dn = dh (1 - z), dr = dn p, each through its activation; dprojected = [dz, dr, dn], "
          "dproduct = [dz, dr, dn r]; dh = dh z + dproduct U^T",
      .source = "Werbos 1990, Backpropagation through time",
      .inputs = {{"recurrent_kernel", kFloats, "[H, 3 H]"},
                 {"h", like("recurrent_kernel"), "[N, H], before the first step"},
                 {"sequence", like("recurrent_kernel"), "[N, T, H], as gru_steps gives it"},
                 {"gates", like("recurrent_kernel"), "[N, T, 4 H], as gru_steps gives them"},
                 {.name = "mask", .dtype = kBools, .doc = "[N, T], as for gru_steps", .optional = true},
                 {.name = "g_sequence", .dtype = like("recurrent_kernel"), .doc = "[N, T, H], gradient of the sequence", .optional = true},
                 {.name = "g_last_h", .dtype = like("recurrent_kernel"), .doc = "[N, H], gradient of the last h", .optional = true}},
      .outputs = {{"dprojected", like("recurrent_kernel"), "[N, T, 3 H]"},
                  {"dproduct", like("recurrent_kernel"), "[N, T, 3 H]"},
                  {"dh", like("recurrent_kernel"), "[N, H]"}},
      .attributes = {{"reverse", false, any_value, "as gru_steps ran"}},
      .infer = infer,
      .body = body,
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 1e-5, .grad = 1e-6},
  };
}

}  // namespace lepton::ops
