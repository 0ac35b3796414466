// Convolutions. Shapes are Keras's: [N, spatial…, C].
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct ConvOptions {
  Dims strides = {};              // empty: 1 along each axis
  std::string padding = "valid";  // or "same"
  Dims dilation_rate = {};
  std::int64_t groups = 1;
  Spec activation = {};
  bool use_bias = true;
  Spec kernel_initializer = "glorot_uniform";
  Spec bias_initializer = "zeros";
  Spec kernel_regularizer = {};
  Spec bias_regularizer = {};
  Dims input_shape = {};
  std::string name = {};
};

Layer Conv1D(std::int64_t filters, std::int64_t kernel_size, const ConvOptions& options = {});
Layer Conv2D(std::int64_t filters, const Dims& kernel_size, const ConvOptions& options = {});
Layer Conv3D(std::int64_t filters, const Dims& kernel_size, const ConvOptions& options = {});

}  // namespace lepton::nn
