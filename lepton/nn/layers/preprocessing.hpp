// Layers that bring raw inputs into range; they are part of the graph, so that what is deployed is what was trained.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct RescalingOptions {
  double offset = 0;
  Dims input_shape = {};
  std::string name = {};
};
/// x * scale + offset, in the model's dtype whatever the input's.
Layer Rescaling(double scale, const RescalingOptions& options = {});

struct NormalizationOptions {
  std::vector<double> mean = {};      // per channel (last axis)
  std::vector<double> variance = {};  // per channel
  Dims input_shape = {};
  std::string name = {};
};
/// (x - mean) / sqrt(variance), per channel, in the model's dtype. Fit the statistics on training rows only.
Layer Normalization(const NormalizationOptions& options);

}  // namespace lepton::nn
