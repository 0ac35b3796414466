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
/// Zeroes whole channels of [N, …, C].
Layer SpatialDropout1D(double rate, const DropoutOptions& options = {});
Layer SpatialDropout2D(double rate, const DropoutOptions& options = {});
Layer SpatialDropout3D(double rate, const DropoutOptions& options = {});
/// Adds normal noise while training.
Layer GaussianNoise(double stddev, const DropoutOptions& options = {});
/// Multiplies by normal noise around 1 with the variance of a dropout of that rate (Srivastava et al. 2014).
Layer GaussianDropout(double rate, const DropoutOptions& options = {});
/// Dropout that keeps mean and variance of self-normalising networks (Klambauer et al. 2017).
Layer AlphaDropout(double rate, const DropoutOptions& options = {});
/// Zeroes whole samples while training and scales the rest: a residual branch is left out (Huang et al. 2016).
Layer StochasticDepth(double rate, const DropoutOptions& options = {});

struct ActivityRegularizationOptions {
  double l1 = 0;
  double l2 = 0;
  Dims input_shape = {};
  std::string name = {};
};
/// Passes its input on and adds (l1 Σ|x| + l2 Σx²) / N to the loss, N the number of samples.
Layer ActivityRegularization(const ActivityRegularizationOptions& options = {});

}  // namespace lepton::nn
