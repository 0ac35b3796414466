// What the recurrent operators share: how sequences lie, their checks, and the parts of their gradients that are products over all steps.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

/// Numbers of the inputs: a sequence [N, T, width * H], a recurrent kernel [H, gates * H], states [N, H] and a mask [N, T], which may be
/// absent.
struct RecurrentOperands {
  std::int64_t gates, width;
  std::size_t sequence, kernel;
  std::vector<std::size_t> states;
  std::size_t mask;
};
/// Checks a recurrent kernel [H, gates * H].
Result<void> check_recurrent_kernel(const InferContext& context, std::size_t input, std::int64_t gates);
/// Checks those of the inputs that are present against the shape of a state.
Result<void> check_states(const InferContext& context, const Shape& state, const std::vector<std::size_t>& inputs);
Result<void> check_recurrence(const InferContext& context, const RecurrentOperands& operands);

/// [N, T, …] as [T, N, …] and back, as scan wants it.
Value time_first(const Value& sequence);
/// A mask [N, T] as [T, N, 1]; undefined stays undefined.
Value mask_steps(const Value& mask);
/// The states before each step: `initial` [N, H], then those after the steps [N, T, H] but the last in the order of the run.
Value states_before(const Value& states, const Value& initial, bool reverse);
/// The gradient of a recurrent kernel: products of the states before each step with what flows back to them, summed over all steps.
Value recurrent_kernel_gradient(const Value& before, const Value& product_gradient);

/// `v`, or zeros like `like` if it is absent.
Value or_zeros(const Value& v, const Value& like);
/// Input `i`, undefined if absent.
Value input_or_none(const RuleContext& context, std::size_t i);

/// x W + bias for all steps; an undefined bias is absent.
Value projected(const Value& x, const Value& kernel, const Value& bias);

/// Checks x [N, T, C], a kernel [C, gates * H] and, where present, biases [gates * H], given as numbers of inputs.
Result<void> check_projection(const InferContext& context, std::int64_t units, std::int64_t gates, std::size_t kernel,
                              const std::vector<std::size_t>& biases);

/// Writes ONNX's LSTM or GRU, whose results are [T, 1, N, H] and [1, N, H]. `order`: our gates in ONNX's order; `biases` and `states`:
/// numbers of inputs (an absent bias counts as 0).
struct OnnxRecurrentNode {
  std::string_view op_type;
  std::vector<std::size_t> order, biases, states;
  Attributes attributes = {};
};
void emit_recurrence(OnnxEmitter& emitter, const OnnxRecurrentNode& recurrence);

/// A mask as a sample's input: [N, T] with steps left out at the end, in the middle and, for one sample, all.
SampleInput mask_sample(std::int64_t batch, std::int64_t steps);

}  // namespace lepton::ops
