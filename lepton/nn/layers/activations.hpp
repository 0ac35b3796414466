// Activations that are layers of their own because they have options or weights.
#pragma once

#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

struct ReLUOptions {
  double max_value = -1;  // negative: none
  double negative_slope = 0;
  double threshold = 0;
  Dims input_shape = {};
  std::string name = {};
};
Layer ReLU(const ReLUOptions& options = {});
Layer LeakyReLU(double negative_slope = 0.3, const LayerOptions& options = {});
Layer ELU(double alpha = 1.0, const LayerOptions& options = {});
Layer Softmax(const Dims& axis = {-1}, const LayerOptions& options = {});

struct PReLUOptions {
  Spec alpha_initializer = "zeros";
  Spec alpha_regularizer = {};
  Spec alpha_constraint = {};
  Dims shared_axes = {};  // axes of the input along which one slope serves all
  Dims input_shape = {};
  std::string name = {};
};
/// x, or a learnt slope times x below 0 (He et al. 2015).
Layer PReLU(const PReLUOptions& options = {});

}  // namespace lepton::nn
