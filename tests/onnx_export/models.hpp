// Models of every kind that Lepton trains, small and with seeded weights, for tests of what is exported.
#pragma once

#include <string_view>
#include <vector>

#include "lepton/train/model.hpp"

namespace lepton::tests {

struct NamedModel {
  std::string_view name;
  train::Model (*make)();
};

const std::vector<NamedModel>& export_models();

/// The model with weights that are drawn anew where they start as zeros or ones, so that no mistake hides behind them.
train::Model made(const NamedModel& model);

}  // namespace lepton::tests
