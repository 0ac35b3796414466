// Analytic against numeric gradients of one operator on one sample, first and second order.
#pragma once

#include <functional>
#include <string>

#include "lepton/op/op_def.hpp"

namespace lepton::runtime::testing {

/// Compares the gradient of a weighted sum of all float outputs with central differences in double, then the gradient of a weighted
/// sum of those gradients with central differences of it. `report` gets the name of the check ("gradient" or "second gradient") and what
/// differs. Operators that are not differentiable and samples without float inputs pass.
void check_gradients(const OpDef& op, const Sample& sample, const std::function<void(std::string_view check, std::string detail)>& report);

}  // namespace lepton::runtime::testing
