// Layers that rearrange features. Shapes are Keras's and leave out the batch.
#pragma once

#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

/// Gives each sample another shape; one size may be -1.
Layer Reshape(const Dims& target_shape, const LayerOptions& options = {});
/// Permutes the axes of a sample, counted from 1.
Layer Permute(const Dims& dims, const LayerOptions& options = {});
/// [N, C] -> [N, n, C]
Layer RepeatVector(std::int64_t n, const LayerOptions& options = {});

struct UpSamplingOptions {
  std::string interpolation = "nearest";  // or "bilinear" (2D)
  Dims input_shape = {};
  std::string name = {};
};
/// Enlarges each spatial axis by a factor.
Layer UpSampling1D(std::int64_t size = 2, const LayerOptions& options = {});
Layer UpSampling2D(const Dims& size = {2, 2}, const UpSamplingOptions& options = {});
Layer UpSampling3D(const Dims& size = {2, 2, 2}, const LayerOptions& options = {});

/// Adds zeros before and after each spatial axis: `padding` is [before, after] for each axis, one number for each, or one for all.
Layer ZeroPadding1D(const Dims& padding = {1}, const LayerOptions& options = {});
Layer ZeroPadding2D(const Dims& padding = {1}, const LayerOptions& options = {});
Layer ZeroPadding3D(const Dims& padding = {1}, const LayerOptions& options = {});
/// Cuts elements off before and after each spatial axis, given likewise.
Layer Cropping1D(const Dims& cropping = {1}, const LayerOptions& options = {});
Layer Cropping2D(const Dims& cropping = {1}, const LayerOptions& options = {});
Layer Cropping3D(const Dims& cropping = {1}, const LayerOptions& options = {});

}  // namespace lepton::nn
