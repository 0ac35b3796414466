// Normalisation layers.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct BatchNormalizationOptions {
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Spec beta_initializer = "zeros";
  Spec gamma_initializer = "ones";
  Spec moving_mean_initializer = "zeros";
  Spec moving_variance_initializer = "ones";
  Spec beta_regularizer = {};
  Spec gamma_regularizer = {};
  Dims input_shape = {};
  std::string name = {};
};
/// Normalises each channel over the batch; with moving statistics at inference.
Layer BatchNormalization(const BatchNormalizationOptions& options = {});

}  // namespace lepton::nn
