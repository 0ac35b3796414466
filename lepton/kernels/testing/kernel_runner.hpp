// Runs one kernel of a table on row-major tensors, whatever layouts it asks for: for tests and benchmarks of kernels.
#pragma once

#include <span>
#include <vector>

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::testing {

/// A call of an operator. An undefined tensor is an absent operand.
struct Call {
  std::string_view op;
  std::vector<Tensor> inputs;
  std::vector<TensorType> outputs;
  Attributes attributes = {};
  const ElementwiseProgram* program = nullptr;
  int num_threads = 2;
};

/// The kernels that accept the call, in order of the table, prepared with row-major operands.
std::vector<std::unique_ptr<Kernel>> prepare_all(std::span<const KernelEntry> table, const Call& call, bool may_choose_layouts);

/// Reorders the inputs as the kernel wants them, runs it with scratch of the exact size (guarded), and reorders the results back.
std::vector<Tensor> run(const Kernel& kernel, const Call& call);

/// The results of the reference kernel; `in_double` runs f32 operands in f64.
std::vector<Tensor> run_reference(const Call& call, bool in_double);

/// Uniform values in [low, high) (integers: whole numbers; bool: coin flips).
Tensor random_tensor(TensorType type, double low = -2, double high = 2, std::uint64_t seed = 1);

/// Largest |a - b| / max(1, |b|); infinity where one is NaN and the other is not, or the infinities differ.
double largest_difference(const Tensor& a, const Tensor& b);

}  // namespace lepton::kernels::testing
