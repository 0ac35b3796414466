// Dropout and its relatives.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct DropoutOptions {
  Dims input_shape = {};
  std::string name = {};
};
/// Zeroes a random share `rate` of the elements while training and scales the rest by 1 / (1 - rate).
Layer Dropout(double rate, const DropoutOptions& options = {});

}  // namespace lepton::nn
