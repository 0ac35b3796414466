// Regularisers by name: "l1(0.01)", "l2(0.01)", "l1_l2(l1=0.01, l2=0.01)", as Keras has them.
#pragma once

#include "lepton/op/spec.hpp"
#include "lepton/op/value.hpp"

namespace lepton::nn {

/// The penalty on a weight as a scalar of its dtype. Throws kNotFound for an unknown name.
/// Formula: l1: λ Σ|w|; l2: λ Σw²; l1_l2: both. Defaults 0.01.
Value regularize(const Spec& regularizer, const Value& weight);

struct RegularizerInfo {
  std::string_view name, summary;
  std::vector<AttributeDef> arguments;
};
std::vector<RegularizerInfo> all_regularizers();

}  // namespace lepton::nn
