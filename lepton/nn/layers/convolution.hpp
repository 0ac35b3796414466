// Convolutions. Shapes are Keras's: [N, spatial…, C].
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct ConvOptions {
  Dims strides = {};              // empty: 1 along each axis
  std::string padding = "valid";  // or "same"; Conv1D also "causal"
  Dims dilation_rate = {};
  std::int64_t groups = 1;
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

Layer Conv1D(std::int64_t filters, std::int64_t kernel_size, const ConvOptions& options = {});
Layer Conv2D(std::int64_t filters, const Dims& kernel_size, const ConvOptions& options = {});
Layer Conv3D(std::int64_t filters, const Dims& kernel_size, const ConvOptions& options = {});

struct DepthwiseConvOptions {
  Dims strides = {};
  std::string padding = "valid";  // or "same"
  Dims dilation_rate = {};
  std::int64_t depth_multiplier = 1;  // output channels for each input channel
  Spec activation = {};
  bool use_bias = true;
  Spec depthwise_initializer = "glorot_uniform";
  Spec bias_initializer = "zeros";
  Spec depthwise_regularizer = {};
  Spec depthwise_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  Dims input_shape = {};
  std::string name = {};
};
/// Convolves each channel by itself.
Layer DepthwiseConv1D(std::int64_t kernel_size, const DepthwiseConvOptions& options = {});
Layer DepthwiseConv2D(const Dims& kernel_size, const DepthwiseConvOptions& options = {});

struct SeparableConvOptions {
  Dims strides = {};
  std::string padding = "valid";  // or "same"
  Dims dilation_rate = {};
  std::int64_t depth_multiplier = 1;
  Spec activation = {};
  bool use_bias = true;
  Spec depthwise_initializer = "glorot_uniform";
  Spec pointwise_initializer = "glorot_uniform";
  Spec bias_initializer = "zeros";
  Spec depthwise_regularizer = {};
  Spec depthwise_constraint = {};
  Spec pointwise_regularizer = {};
  Spec pointwise_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  Dims input_shape = {};
  std::string name = {};
};
/// A depthwise convolution, then one with kernels of size 1 that mixes the channels (Chollet 2017).
Layer SeparableConv1D(std::int64_t filters, std::int64_t kernel_size, const SeparableConvOptions& options = {});
Layer SeparableConv2D(std::int64_t filters, const Dims& kernel_size, const SeparableConvOptions& options = {});

struct ConvTransposeOptions {
  Dims strides = {};
  std::string padding = "valid";  // or "same"
  Dims output_padding = {};       // empty: as Keras works it out
  Dims dilation_rate = {};
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
/// Transposed convolution, which enlarges: the gradient of a convolution as a layer.
Layer Conv1DTranspose(std::int64_t filters, std::int64_t kernel_size, const ConvTransposeOptions& options = {});
Layer Conv2DTranspose(std::int64_t filters, const Dims& kernel_size, const ConvTransposeOptions& options = {});
Layer Conv3DTranspose(std::int64_t filters, const Dims& kernel_size, const ConvTransposeOptions& options = {});

}  // namespace lepton::nn
