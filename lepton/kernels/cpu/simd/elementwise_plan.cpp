// Chooses how each input is read, finds the tile functions, and assigns registers by last use.
#include "lepton/kernels/cpu/simd/elementwise_plan.hpp"

#include <algorithm>

namespace lepton::kernels::simd {
namespace {

// Hands out places in the register file; freed ones are used again for elements of the same size.
class Registers {
 public:
  std::int64_t take(std::size_t element_size) {
    auto& free = free_[element_size];
    if (!free.empty()) {
      const std::int64_t place = free.back();
      free.pop_back();
      return place;
    }
    const std::int64_t place = used_;
    used_ += static_cast<std::int64_t>(element_size);
    return place;
  }
  void give(std::int64_t place, std::size_t element_size) { free_[element_size].push_back(place); }
  std::int64_t bytes_per_element() const { return used_; }

 private:
  std::int64_t used_ = 0;
  std::vector<std::int64_t> free_[9];
};

class Planner {
 public:
  Planner(const ElementwiseProgram& program, std::span<const TensorDesc> inputs, std::span<const TensorDesc> outputs)
      : program_(program), inputs_(inputs), outputs_(outputs) {}

  std::optional<ElementwisePlan> plan() {
    if (program_.results.size() != outputs_.size() || outputs_.empty() || !plan_inputs()) return std::nullopt;
    find_last_uses();
    plan_outputs();
    for (int step = 0; step < num_steps(); ++step) {
      if (!plan_step(step)) return std::nullopt;
    }
    plan_.bytes_per_element = registers_.bytes_per_element();
    return std::move(plan_);
  }

 private:
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  int num_steps() const { return static_cast<int>(program_.steps.size()); }
  const ElementwiseStep& step_at(int step) const { return program_.steps[static_cast<std::size_t>(step)]; }
  DType dtype_of_operand(int operand) const {
    return operand < num_inputs() ? inputs_[static_cast<std::size_t>(operand)].type.dtype : step_at(operand - num_inputs()).dtype;
  }

  // Operands of the space: the first output, then the inputs, then the other outputs (which must lie like the first).
  bool plan_inputs() {
    const TensorDesc& first = outputs_[0];
    for (const TensorDesc& output : outputs_) {
      if (output.type.shape != first.type.shape || output.layout != first.layout) return false;
    }
    for (const TensorDesc& input : inputs_) {
      if (!input.present || broadcast(input.type.shape, first.type.shape) != first.type.shape) return false;
    }
    return has_padding(first) ? plan_flat() : plan_loops();
  }

  // With padding, everything is one run over all elements, which all operands must share.
  bool plan_flat() {
    const TensorDesc& first = outputs_[0];
    plan_.count = first.size_bytes() / static_cast<std::int64_t>(size_of(first.type.dtype));
    plan_.loops = {plan_.count};
    for (const TensorDesc& input : inputs_) {
      const bool scalar = input.type.shape.num_elements() == 1;
      if (!scalar && (input.type.shape != first.type.shape || input.layout != first.layout)) return false;
      plan_.inputs.push_back({scalar ? InputMode::kScalar : InputMode::kDirect, size_of(input.type.dtype)});
    }
    return true;
  }

  bool plan_loops() {
    std::vector<TensorDesc> operands = {outputs_[0]};
    operands.insert(operands.end(), inputs_.begin(), inputs_.end());
    const auto space = make_space(outputs_[0].type.shape, operands);
    if (!space || !space->is_dense(0)) return false;
    plan_.count = outputs_[0].type.shape.num_elements();
    plan_.loops = space->sizes;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const bool dense = space->is_dense(i + 1);
      const InputMode mode = dense ? InputMode::kDirect : space->is_scalar(i + 1) ? InputMode::kScalar : InputMode::kPacked;
      plan_.inputs.push_back({mode, size_of(inputs_[i].type.dtype), -1, space->strides[i + 1]});
    }
    return true;
  }

  void find_last_uses() {
    step_last_use_.assign(program_.steps.size(), -1);
    for (int step = 0; step < num_steps(); ++step) {
      for (const int operand : step_at(step).operands) {
        (operand < num_inputs() ? plan_.inputs[static_cast<std::size_t>(operand)].last_use
                                : step_last_use_[static_cast<std::size_t>(operand - num_inputs())]) = step;
      }
    }
    // Registers of inputs live as long as the kernel: spread or gathered before the first step.
    for (PlannedInput& input : plan_.inputs) {
      if (input.mode != InputMode::kDirect) input.place = registers_.take(input.element_size);
    }
  }

  void plan_outputs() {
    output_of_step_.assign(program_.steps.size(), -1);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const int step = program_.results[i];
      int& owner = output_of_step_[static_cast<std::size_t>(step)];
      if (owner < 0) owner = static_cast<int>(i);
      plan_.outputs.push_back({size_of(outputs_[i].type.dtype), step, static_cast<std::size_t>(owner)});
    }
  }

  Location location_of(int operand) const {
    const std::size_t size = size_of(dtype_of_operand(operand));
    if (operand >= num_inputs()) return results_[static_cast<std::size_t>(operand - num_inputs())];
    const auto& input = plan_.inputs[static_cast<std::size_t>(operand)];
    const auto index = static_cast<std::size_t>(operand);
    if (input.mode == InputMode::kDirect) return {Location::Kind::kInput, index, -1, size};
    return {Location::Kind::kRegister, index, input.place, size};
  }

  bool plan_step(int number) {
    const ElementwiseStep& step = step_at(number);
    std::vector<DType> dtypes;
    PlannedStep planned;
    for (const int operand : step.operands) {
      dtypes.push_back(dtype_of_operand(operand));
      planned.operands.push_back(location_of(operand));
    }
    if (step.operands.empty() || step.operands.size() > 3) return false;
    const auto op = find_tile_op(step.op, *step.attributes, dtypes, step.dtype);
    if (!op) return false;
    planned.op = *op;
    const std::size_t size = size_of(step.dtype);
    // Tile functions may write over an operand of the same width; others must not share a register with the result.
    release_operands(step, number, size, true);
    planned.result = place_result(number, size);
    release_operands(step, number, size, false);
    results_.push_back(planned.result);
    plan_.steps.push_back(std::move(planned));
    return true;
  }

  void release_operands(const ElementwiseStep& step, int number, std::size_t size, bool same_size) {
    std::vector<int> seen;
    for (const int operand : step.operands) {
      if (operand < num_inputs() || std::ranges::find(seen, operand) != seen.end()) continue;
      seen.push_back(operand);
      const Location& location = results_[static_cast<std::size_t>(operand - num_inputs())];
      const bool dies = step_last_use_[static_cast<std::size_t>(operand - num_inputs())] == number;
      if (dies && location.kind == Location::Kind::kRegister && (location.element_size == size) == same_size)
        registers_.give(location.place, location.element_size);
    }
  }

  Location place_result(int number, std::size_t size) {
    const int output = output_of_step_[static_cast<std::size_t>(number)];
    if (output < 0) return {Location::Kind::kRegister, 0, registers_.take(size), size};
    const bool may_destroy = std::ranges::any_of(
        plan_.inputs, [&](const PlannedInput& input) { return input.mode == InputMode::kDirect && input.last_use > number; });
    return {Location::Kind::kOutput, static_cast<std::size_t>(output), may_destroy ? registers_.take(size) : -1, size};
  }

  const ElementwiseProgram& program_;
  std::span<const TensorDesc> inputs_, outputs_;
  ElementwisePlan plan_;
  Registers registers_;
  std::vector<int> step_last_use_, output_of_step_;
  std::vector<Location> results_;
};

}  // namespace

std::optional<ElementwisePlan> plan_elementwise(const ElementwiseProgram& program, std::span<const TensorDesc> inputs,
                                                std::span<const TensorDesc> outputs) {
  return Planner(program, inputs, outputs).plan();
}

std::vector<bool> keeps_zeros(const ElementwiseProgram& program, std::span<const TensorDesc> inputs) {
  static constexpr std::string_view kUnary[] = {"abs",  "asin", "asinh",  "atan",  "atanh", "cast",       "ceil",       "celu",
                                                "elu",  "erf",  "expm1",  "floor", "gelu",  "hard_swish", "leaky_relu", "log1p",
                                                "mish", "neg",  "relu",   "round", "selu",  "sign",       "silu",       "sin",
                                                "sinh", "sqrt", "square", "tan",   "tanh",  "softsign"};
  std::vector<bool> zero;  // of each operand, then of each step
  for (const TensorDesc& input : inputs) zero.push_back(input.type.shape.num_elements() != 1);
  for (const ElementwiseStep& step : program.steps) {
    const auto is_zero = [&](std::size_t i) { return i < step.operands.size() && zero[static_cast<std::size_t>(step.operands[i])]; };
    bool result = false;
    if (step.operands.size() == 1) result = is_zero(0) && std::ranges::find(kUnary, step.op) != std::end(kUnary);
    if (step.op == "relu_gradient") result = is_zero(0) || is_zero(1);
    if (step.op == "mul") {
      // 0 times an infinity that a step made (a reciprocal of 0) is not 0.
      const auto is_finite = [&](std::size_t i) { return is_zero(i) || static_cast<std::size_t>(step.operands[i]) < inputs.size(); };
      result = (is_zero(0) && is_finite(1)) || (is_zero(1) && is_finite(0));
    }
    if (step.op == "add" || step.op == "sub" || step.op == "maximum" || step.op == "minimum") result = is_zero(0) && is_zero(1);
    if (step.op == "where") result = is_zero(1) && is_zero(2);
    zero.push_back(result);
  }
  std::vector<bool> results;
  for (const int step : program.results) results.push_back(zero[inputs.size() + static_cast<std::size_t>(step)]);
  return results;
}

}  // namespace lepton::kernels::simd
