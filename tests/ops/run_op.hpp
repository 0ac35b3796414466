// Runs one operator, or the gradient of one, on tensors: for tests that check numbers.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lepton/tensor/attributes.hpp"

namespace lepton::tests {

/// Outputs of the reference kernels.
std::vector<Tensor> run_op(std::string_view op, const std::vector<Tensor>& inputs, const Attributes& attributes = {});

/// Gradients of the inputs named by `wrt` of the sum of `seed` * the first output.
std::vector<Tensor> gradients_of(std::string_view op, const std::vector<Tensor>& inputs, const Attributes& attributes, const Tensor& seed,
                                 std::span<const std::size_t> wrt);

/// The gradient of the only (or first) input of the sum of the first output.
std::vector<double> gradient_of(std::string_view op, const std::vector<Tensor>& inputs, const Attributes& attributes = {},
                                std::size_t wrt = 0);

}  // namespace lepton::tests
