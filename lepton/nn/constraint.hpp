// Constraints by name: "max_norm(2)", "non_neg", "unit_norm", "min_max_norm(min_value=0, max_value=1, rate=1)", as Keras has them. A weight
// is brought back to what they allow after each update.
#pragma once

#include "lepton/nn/weight.hpp"
#include "lepton/op/value.hpp"

namespace lepton::nn {

/// `value`, new values of the weight as it is stored, brought to what the weight's constraint allows. Lengths are taken along the axes
/// `axis` (default 0) of the weight as Keras shows it. Throws kNotFound for an unknown constraint.
/// Formula: max_norm: w * min(|w|, max_value) / (|w| + 1e-7); unit_norm: w / (|w| + 1e-7); non_neg: max(w, 0); min_max_norm: w * (rate *
///          clip(|w|, min_value, max_value) + (1 - rate) * |w|) / (|w| + 1e-7).
Value constrain(const Weight& weight, const Value& value);

struct ConstraintInfo {
  std::string_view name, summary;
  std::vector<AttributeDef> arguments;
};
std::vector<ConstraintInfo> all_constraints();

}  // namespace lepton::nn
