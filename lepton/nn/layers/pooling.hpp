// Pooling layers. Shapes are Keras's: [N, spatial…, C].
#pragma once

#include "lepton/nn/layer.hpp"
#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

struct PoolingOptions {
  Dims strides = {};              // empty: as the window
  std::string padding = "valid";  // or "same"
  Dims input_shape = {};
  std::string name = {};
};
Layer MaxPooling1D(std::int64_t pool_size = 2, const PoolingOptions& options = {});
Layer MaxPooling2D(const Dims& pool_size = {2, 2}, const PoolingOptions& options = {});
Layer MaxPooling3D(const Dims& pool_size = {2, 2, 2}, const PoolingOptions& options = {});
Layer AveragePooling1D(std::int64_t pool_size = 2, const PoolingOptions& options = {});
Layer AveragePooling2D(const Dims& pool_size = {2, 2}, const PoolingOptions& options = {});
Layer AveragePooling3D(const Dims& pool_size = {2, 2, 2}, const PoolingOptions& options = {});

struct GlobalPoolingOptions {
  bool keepdims = false;
  Dims input_shape = {};
  std::string name = {};
};
Layer GlobalMaxPooling1D(const GlobalPoolingOptions& options = {});
Layer GlobalMaxPooling2D(const GlobalPoolingOptions& options = {});
Layer GlobalMaxPooling3D(const GlobalPoolingOptions& options = {});
Layer GlobalAveragePooling1D(const GlobalPoolingOptions& options = {});
Layer GlobalAveragePooling2D(const GlobalPoolingOptions& options = {});
Layer GlobalAveragePooling3D(const GlobalPoolingOptions& options = {});

/// [N, spatial…, C] -> [N, output_size…, C]; window i of n over an axis of length L is [⌊iL/n⌋, ⌈(i+1)L/n⌉), as in Keras and PyTorch.
Layer AdaptiveAveragePooling1D(std::int64_t output_size, const LayerOptions& options = {});
Layer AdaptiveAveragePooling2D(const Dims& output_size, const LayerOptions& options = {});
Layer AdaptiveAveragePooling3D(const Dims& output_size, const LayerOptions& options = {});
Layer AdaptiveMaxPooling1D(std::int64_t output_size, const LayerOptions& options = {});
Layer AdaptiveMaxPooling2D(const Dims& output_size, const LayerOptions& options = {});
Layer AdaptiveMaxPooling3D(const Dims& output_size, const LayerOptions& options = {});

}  // namespace lepton::nn
