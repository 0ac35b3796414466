// Layers that join several features of equal rank into one. Axes of length 1 are broadcast.
#pragma once

#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

Layer Add(const LayerOptions& options = {});
/// x - y; takes exactly two inputs.
Layer Subtract(const LayerOptions& options = {});
Layer Multiply(const LayerOptions& options = {});
Layer Average(const LayerOptions& options = {});
Layer Maximum(const LayerOptions& options = {});
Layer Minimum(const LayerOptions& options = {});

}  // namespace lepton::nn
