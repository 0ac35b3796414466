// The table of all operators, and the two calls on which every operator function is one line.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "lepton/op/op_def.hpp"

namespace lepton::ops {

/// All operators, sorted by name.
std::span<const OpDef> all_ops();
/// Returns the operator or null.
const OpDef* find_op(std::string_view name);
/// Returns the operator; throws kNotFound.
const OpDef& get_op(std::string_view name);

/// Applies an operator with one output.
template <Operand T>
T call(std::string_view op, std::initializer_list<T> inputs, const Attributes& attributes = {}) {
  return apply(get_op(op), std::span<const T>(inputs.begin(), inputs.size()), attributes)[0];
}

/// Applies an operator; returns all outputs.
template <Operand T>
std::vector<T> call_all(std::string_view op, std::span<const T> inputs, const Attributes& attributes = {},
                        std::vector<Region> regions = {}) {
  return apply(get_op(op), inputs, attributes, std::move(regions));
}

}  // namespace lepton::ops
