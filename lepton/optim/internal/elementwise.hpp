// Shorthands for update rules.
#pragma once

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/optim/optimizer.hpp"

namespace lepton::optim {

inline Value times(const Value& x, double factor) { return ops::mul(x, ops::constant_like(x, factor)); }
inline Value plus(const Value& x, double offset) { return ops::add(x, ops::constant_like(x, offset)); }

/// An optimiser from its options.
Optimizer make(std::string_view name, const LearningRate& learning_rate, const CommonOptions& common, Attributes own);
Optimizer make(std::string_view name, const MomentOptions& options);
/// beta_1, beta_2 and epsilon of Adam's relatives.
std::vector<AttributeDef> moment_arguments();

}  // namespace lepton::optim
