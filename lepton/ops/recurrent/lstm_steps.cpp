// lstm_steps: an LSTM over sequences whose input part is computed for all steps at once.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/recurrent_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

enum Input : std::size_t { kProjected, kKernel, kH, kC, kMask };
enum Output : std::size_t { kSequence, kLastH, kLastC, kCells, kGates };

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(
      check_recurrence(c, {.gates = 4, .width = 4, .sequence = kProjected, .kernel = kKernel, .states = {kH, kC}, .mask = kMask}));
  const Shape& x = c.shape(kProjected);
  const std::int64_t units = c.shape(kKernel)[0];
  return std::vector<Shape>{{x[0], x[1], units}, {x[0], units}, {x[0], units}, {x[0], x[1], units}, x};
}

std::vector<Value> body(const RuleContext& c) {
  const std::int64_t units = c.inputs[kKernel].dim(0);
  std::vector<Value> sequences = {time_first(c.inputs[kProjected])};
  if (const Value mask = mask_steps(input_or_none(c, kMask)); mask.defined()) sequences.push_back(mask);
  const auto step = [&](const ScanStep& in) {
    const Value sums = add(in.slices[0], matmul(in.states[0], in.captured[0]));
    const std::vector<Value> z = split(sums, {units, units, units, units}, -1);
    const Value i = sigmoid(z[0]), f = sigmoid(z[1]), fresh = tanh(z[2]), o = sigmoid(z[3]);
    Value cell = add(mul(f, in.states[1]), mul(i, fresh));
    Value h = mul(o, tanh(cell));
    if (in.slices.size() > 1) {
      h = where(in.slices[1], h, in.states[0]);
      cell = where(in.slices[1], cell, in.states[1]);
    }
    return ScanStep{{h, cell}, {h, cell, concat(std::vector<Value>{i, f, fresh, o}, -1)}, {}};
  };
  const ScanResult run =
      scan({c.inputs[kH], c.inputs[kC]}, sequences, {c.inputs[kKernel]}, step, {.reverse = c.attributes.flag("reverse")});
  return {time_first(run.outputs[0]), run.states[0], run.states[1], time_first(run.outputs[1]), time_first(run.outputs[2])};
}

// Second derivatives ask for those of cells and gates: the body has them.
std::vector<Value> gradient(const RuleContext& c) {
  if (c.grads[kCells].defined() || c.grads[kGates].defined()) return {};
  const bool reverse = c.attributes.flag("reverse");
  const Value operands[] = {c.inputs[kKernel],       c.inputs[kC],       c.outputs[kCells], c.outputs[kGates],
                            input_or_none(c, kMask), c.grads[kSequence], c.grads[kLastH],   c.grads[kLastC]};
  const std::vector<Value> back = call_all<Value>("lstm_steps_gradient", operands, {{"reverse", reverse}});
  Value kernel;
  if (c.needs(kKernel)) kernel = recurrent_kernel_gradient(states_before(c.outputs[kSequence], c.inputs[kH], reverse), back[0]);
  return {back[0], kernel, back[1], back[2]};
}

std::vector<Sample> samples() {
  const SampleInput h = {{3, 3}}, kernel = {{3, 12}, -0.6, 0.6};
  return {{{{{3, 3, 12}}, kernel, h, h}, {{"reverse", true}}, "reverse"},
          {{{{3, 3, 12}}, kernel, h, h, mask_sample(3, 3)}, {}, "masked"},
          {{{{4, 1, 36}}, {{9, 36}, -0.3, 0.3}, {{4, 9}}, {{4, 9}}}, {}, "rows and units that fill no vector"}};
}

std::vector<Reject> rejects() {
  const SampleInput x = {{3, 3, 12}}, kernel = {{3, 12}}, state = {{3, 3}};
  return {{{{x, {{3, 9}}, state, state}}, ErrorCode::kShapeMismatch},
          {{{{{3, 4, 16}}, kernel, state, state}}, ErrorCode::kShapeMismatch},
          {{{{{3, 0, 12}}, kernel, state, state}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, {{3, 4}}, state}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, state, state, mask_sample(3, 5)}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef lstm_steps_op() {
  return {
      .name = "lstm_steps",
      .family = Family::kRecurrent,
      .since = 1,
      .summary =
          "Runs an LSTM over sequences whose products with the input kernel are known; steps that the mask leaves out keep the states.",
      .formula = "i, f, g, o = parts of projected[t] + h U; c' = sigmoid(f) c + sigmoid(i) tanh(g); h' = sigmoid(o) tanh(c')",
      .source = "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (forget gate)",
      .inputs = {{"projected", kFloats, "[N, T, 4 H], gates i, f, g, o: x W + b"},
                 {"recurrent_kernel", like("projected"), "[H, 4 H]"},
                 {"h", like("projected"), "[N, H], before the first step"},
                 {"c", like("projected"), "[N, H], before the first step"},
                 {.name = "mask", .dtype = kBools, .doc = "[N, T], false: the step keeps the states", .optional = true}},
      .outputs = {{"sequence", like("projected"), "[N, T, H], h after every step"},
                  {"last_h", like("projected"), "[N, H]"},
                  {"last_c", like("projected"), "[N, H]"},
                  {"cells", like("projected"), "[N, T, H], c after every step", true},
                  {"gates", like("projected"), "[N, T, 4 H], behind their activations", true}},
      .attributes = {{"reverse", false, any_value, "from the last step to the first"}},
      .infer = infer,
      .gradient = gradient,
      .body = body,
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 5e-6, .grad = 1e-6},
  };
}

}  // namespace lepton::ops
