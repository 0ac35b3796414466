// The layer checker: what every layer must keep, tested from one case. It is part of the library so that users can check their own.
#pragma once

#include <string>
#include <vector>

#include "lepton/nn/network.hpp"

namespace lepton::train::testing {

struct LayerCase {
  nn::Layer layer;
  std::vector<Dims> inputs;          // shape of one sample of each input
  Dims output;                       // shape of one sample of the output
  std::int64_t parameters = 0;       // of all weights together
  bool differs_in_training = false;  // dropout, noise, batch normalisation
  std::int64_t symbols = 0;          // inputs are whole numbers below this (embedding); 0: floats
};

struct LayerFinding {
  std::string check;
  std::string detail;
};

/// Returns the broken promises of a layer; empty if it keeps them.
///
/// Checks: output shape and number of parameters; configuration and weights survive being written and read, with equal predictions; as
/// ONNX, read back, it predicts the same for one sample and for several; the gradients of inputs and weights equal central differences in
/// double; a small model with the layer learns; training differs from inference only where the case says so.
std::vector<LayerFinding> check_layer(const LayerCase& one);

}  // namespace lepton::train::testing
