// Dense, Activation, Flatten and other layers on plain features.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct DenseOptions {
  Spec activation = {};
  bool use_bias = true;
  Spec kernel_initializer = "glorot_uniform";
  Spec bias_initializer = "zeros";
  Spec kernel_regularizer = {};
  Spec kernel_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  Dims input_shape = {};
  std::string name = {};
};
/// y = activation(x W + b) over the last axis.
Layer Dense(std::int64_t units, const DenseOptions& options = {});

struct LayerOptions {
  Dims input_shape = {};
  std::string name = {};
};
/// Gives its input.
Layer Identity(const LayerOptions& options = {});
Layer Activation(const Spec& activation, const LayerOptions& options = {});
/// [N, a, b, …] -> [N, a*b*…]
Layer Flatten(const LayerOptions& options = {});

}  // namespace lepton::nn
