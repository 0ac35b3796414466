// Checks and products of the recurrent operators.
#include "lepton/ops/internal/recurrent_rules.hpp"

#include <limits>

#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {

Result<void> check_recurrent_kernel(const InferContext& c, std::size_t input, std::int64_t gates) {
  const Shape& kernel = c.shape(input);
  if (kernel.rank() != 2 || kernel[0] == 0 || kernel[1] != gates * kernel[0])
    return c.error(ErrorCode::kShapeMismatch, "the recurrent kernel must be [H, {} H] (it is {})", gates, kernel);
  return {};
}

Result<void> check_states(const InferContext& c, const Shape& state, const std::vector<std::size_t>& inputs) {
  for (const std::size_t i : inputs) {
    if (c.present(i) && c.shape(i) != state) return c.error(ErrorCode::kShapeMismatch, "a state must be {} (it is {})", state, c.shape(i));
  }
  return {};
}

Result<void> check_recurrence(const InferContext& c, const RecurrentOperands& operands) {
  LEPTON_CHECK_OK(check_recurrent_kernel(c, operands.kernel, operands.gates));
  const Shape &x = c.shape(operands.sequence), &kernel = c.shape(operands.kernel);
  if (x.rank() != 3 || x[1] == 0 || x[2] != operands.width * kernel[0])
    return c.error(ErrorCode::kShapeMismatch, "expects sequences [N, T, {}] with at least one step, got {}", operands.width * kernel[0], x);
  LEPTON_CHECK_OK(check_states(c, {x[0], kernel[0]}, operands.states));
  const Shape steps = {x[0], x[1]};
  if (c.present(operands.mask) && c.shape(operands.mask) != steps)
    return c.error(ErrorCode::kShapeMismatch, "the mask must be {} (it is {})", steps, c.shape(operands.mask));
  return {};
}

Value time_first(const Value& sequence) { return transpose(sequence, {1, 0, 2}); }

Value mask_steps(const Value& mask) { return mask.defined() ? expand_dims(transpose(mask, {1, 0}), {2}) : Value(); }

Value states_before(const Value& states, const Value& initial, bool reverse) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  const Value first = expand_dims(initial, {1});
  if (reverse) return concat(std::vector<Value>{slice(states, {.starts = {1}, .ends = {kEnd}, .axes = {1}}), first}, 1);
  return concat(std::vector<Value>{first, slice(states, {.starts = {0}, .ends = {-1}, .axes = {1}})}, 1);
}

Value recurrent_kernel_gradient(const Value& before, const Value& product_gradient) {
  return matmul(as_rows(before), as_rows(product_gradient), {.transpose_a = true});
}

Value or_zeros(const Value& v, const Value& like) { return v.defined() ? v : zeros_like(like); }

Value input_or_none(const RuleContext& c, std::size_t i) { return i < c.inputs.size() ? c.inputs[i] : Value(); }

Value projected(const Value& x, const Value& kernel, const Value& bias) {
  const Value y = matmul(x, kernel);
  return bias.defined() ? add(y, bias) : y;
}

Result<void> check_projection(const InferContext& c, std::int64_t units, std::int64_t gates, std::size_t kernel,
                              const std::vector<std::size_t>& biases) {
  const Shape& x = c.shape(0);
  const Shape wanted = {x.rank() == 3 ? x[2] : 0, gates * units}, bias = {gates * units};
  if (x.rank() != 3 || x[1] == 0)
    return c.error(ErrorCode::kShapeMismatch, "expects sequences [N, T, C] with at least one step, got {}", x);
  if (c.shape(kernel) != wanted) return c.error(ErrorCode::kShapeMismatch, "the kernel must be {} (it is {})", wanted, c.shape(kernel));
  for (const std::size_t i : biases) {
    if (c.present(i) && c.shape(i) != bias) return c.error(ErrorCode::kShapeMismatch, "a bias must be {} (it is {})", bias, c.shape(i));
  }
  return {};
}

namespace {

// Gates of the last axis in ONNX's order.
std::string reordered(OnnxEmitter& e, const std::string& v, const std::vector<std::size_t>& order) {
  const std::vector<std::string> parts =
      e.node("Split", {v}, {{"axis", -1}, {"num_outputs", static_cast<std::int64_t>(order.size())}}, static_cast<int>(order.size()));
  std::vector<std::string> sorted;
  for (const std::size_t gate : order) sorted.push_back(parts[gate]);
  return onnx_node(e, "Concat", sorted, {{"axis", -1}});
}

}  // namespace

void emit_recurrence(OnnxEmitter& e, const OnnxRecurrentNode& r) {
  const std::int64_t units = e.input_type(2).shape[0];
  const auto axis = [&](std::int64_t number) { return e.constant(Tensor::from<std::int64_t>({number}, {1})); };
  const std::string first = axis(0);
  const auto stacked = [&](const std::string& v) { return onnx_node(e, "Unsqueeze", {v, first}); };
  const auto kernel = [&](std::size_t i) {
    return stacked(onnx_node(e, "Transpose", {reordered(e, e.input(i), r.order)}, {{"perm", std::vector<std::int64_t>{1, 0}}}));
  };
  std::vector<std::string> biases;
  for (const std::size_t i : r.biases) {
    const bool present = i < e.num_inputs() && !e.input(i).empty();
    const Shape shape = {static_cast<std::int64_t>(r.order.size()) * units};
    biases.push_back(present ? reordered(e, e.input(i), r.order) : e.constant(Tensor::zeros(e.input_type(0).dtype, shape)));
  }
  std::vector<std::string> inputs = {onnx_node(e, "Transpose", {e.input(0)}, {{"perm", std::vector<std::int64_t>{1, 0, 2}}}), kernel(1),
                                     kernel(2), stacked(onnx_node(e, "Concat", biases, {{"axis", 0}})), std::string()};
  for (const std::size_t i : r.states) inputs.push_back(stacked(e.input(i)));
  Attributes attributes = r.attributes;
  attributes.set("hidden_size", units);
  attributes.set("direction", e.attributes().flag("reverse") ? "reverse" : "forward");
  const std::vector<std::string> y = e.node(r.op_type, inputs, attributes, static_cast<int>(1 + r.states.size()));
  e.output(0, onnx_node(e, "Transpose", {onnx_node(e, "Squeeze", {y[0], axis(1)})}, {{"perm", std::vector<std::int64_t>{1, 0, 2}}}));
  for (std::size_t i = 1; i < y.size(); ++i) e.output(i, onnx_node(e, "Squeeze", {y[i], first}));
}

SampleInput mask_sample(std::int64_t batch, std::int64_t steps) {
  const Tensor mask = Tensor::empty(DType::kBool, {batch, steps});
  const auto flags = mask.span<bool>();
  for (std::int64_t n = 0; n < batch; ++n) {
    for (std::int64_t t = 0; t < steps; ++t) flags[static_cast<std::size_t>(n * steps + t)] = n % 3 != 2 && t != 1 && t + n < steps;
  }
  return {.shape = {batch, steps}, .dtype = DType::kBool, .value = mask};
}

}  // namespace lepton::ops
