// gru_steps: a GRU over sequences whose input part is computed for all steps at once; the reset gate acts behind the product with h.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/internal/recurrent_rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

enum Input : std::size_t { kProjected, kKernel, kBias, kH, kMask };
enum Output : std::size_t { kSequence, kLastH, kGates };

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(check_recurrence(c, {.gates = 3, .width = 3, .sequence = kProjected, .kernel = kKernel, .states = {kH}, .mask = kMask}));
  const Shape& x = c.shape(kProjected);
  const std::int64_t units = c.shape(kKernel)[0];
  if (c.present(kBias) && c.shape(kBias) != Shape{3 * units})
    return c.error(ErrorCode::kShapeMismatch, "the recurrent bias must be [{}] (it is {})", 3 * units, c.shape(kBias));
  return std::vector<Shape>{{x[0], x[1], units}, {x[0], units}, {x[0], x[1], 4 * units}};
}

std::vector<Value> body(const RuleContext& c) {
  const std::int64_t units = c.inputs[kKernel].dim(0);
  std::vector<Value> sequences = {time_first(c.inputs[kProjected])}, captured = {c.inputs[kKernel]};
  if (const Value mask = mask_steps(input_or_none(c, kMask)); mask.defined()) sequences.push_back(mask);
  if (c.inputs[kBias].defined()) captured.push_back(c.inputs[kBias]);
  const auto step = [&](const ScanStep& in) {
    const Value& before = in.states[0];
    Value product = matmul(before, in.captured[0]);
    if (in.captured.size() > 1) product = product + in.captured[1];
    const std::vector<Value> x = split(in.slices[0], {2 * units, units}, -1), past = split(product, {2 * units, units}, -1);
    const std::vector<Value> gates = split(sigmoid(x[0] + past[0]), {units, units}, -1);
    const Value fresh = tanh(x[1] + gates[1] * past[1]);
    Value h = gates[0] * before + (1.0 - gates[0]) * fresh;
    if (in.slices.size() > 1) h = where(in.slices[1], h, before);
    return ScanStep{{h}, {h, concat(std::vector<Value>{gates[0], gates[1], fresh, past[1]}, -1)}, {}};
  };
  const ScanResult run = scan({c.inputs[kH]}, sequences, captured, step, {.reverse = c.attributes.flag("reverse")});
  return {time_first(run.outputs[0]), run.states[0], time_first(run.outputs[1])};
}

// Second derivatives ask for that of the gates: the body has it.
std::vector<Value> gradient(const RuleContext& c) {
  if (c.grads[kGates].defined()) return {};
  const bool reverse = c.attributes.flag("reverse");
  const Value operands[] = {c.inputs[kKernel],       c.inputs[kH],       c.outputs[kSequence], c.outputs[kGates],
                            input_or_none(c, kMask), c.grads[kSequence], c.grads[kLastH]};
  const std::vector<Value> back = call_all<Value>("gru_steps_gradient", operands, {{"reverse", reverse}});
  std::vector<Value> grads(c.inputs.size());
  grads[kProjected] = back[0];
  if (c.needs(kKernel)) grads[kKernel] = recurrent_kernel_gradient(states_before(c.outputs[kSequence], c.inputs[kH], reverse), back[1]);
  if (c.needs(kBias)) grads[kBias] = sum_to_like(back[1], c.inputs[kBias]);
  grads[kH] = back[2];
  return grads;
}

std::vector<Sample> samples() {
  const SampleInput x = {{3, 3, 9}}, h = {{3, 3}}, kernel = {{3, 9}, -0.6, 0.6}, bias = {{9}}, none = {.present = false};
  return {{{x, kernel, none, h}, {{"reverse", true}}, "reverse, no bias"},
          {{x, kernel, bias, h, mask_sample(3, 3)}, {}, "masked"},
          {{{{4, 1, 27}}, {{9, 27}, -0.3, 0.3}, {{27}}, {{4, 9}}}, {}, "rows and units that fill no vector"}};
}

std::vector<Reject> rejects() {
  const SampleInput x = {{3, 3, 9}}, h = {{3, 3}}, kernel = {{3, 9}}, none = {.present = false};
  return {{{{x, {{3, 12}}, none, h}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, {{5}}, h}}, ErrorCode::kShapeMismatch},
          {{{x, kernel, none, {{3, 4}}}}, ErrorCode::kShapeMismatch},
          {{{{{3, 0, 9}}, kernel, none, h}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef gru_steps_op() {
  return {
      .name = "gru_steps",
      .family = Family::kRecurrent,
      .since = 1,
      .summary = "Runs a GRU over sequences whose products with the input kernel are known; steps that the mask leaves out keep the state.",
      .formula = "p = h U + recurrent_bias; z, r = sigmoid(projected[t] + p); n = tanh(projected[t] + r p); h' = z h + (1 - z) n",
      .source = "Cho et al. 2014, with the reset gate behind the product",
      .inputs = {{"projected", kFloats, "[N, T, 3 H], gates z, r, n: x W + b"},
                 {"recurrent_kernel", like("projected"), "[H, 3 H]"},
                 {.name = "recurrent_bias", .dtype = like("projected"), .doc = "[3 H], added to h U", .optional = true},
                 {"h", like("projected"), "[N, H], before the first step"},
                 {.name = "mask", .dtype = kBools, .doc = "[N, T], false: the step keeps the state", .optional = true}},
      .outputs = {{"sequence", like("projected"), "[N, T, H], h after every step"},
                  {"last_h", like("projected"), "[N, H]"},
                  {"gates", like("projected"), "[N, T, 4 H]: z, r and n behind their activations, and p of n", true}},
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
