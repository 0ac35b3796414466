// Normalisation layers.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct BatchNormalizationOptions {
  std::int64_t axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Spec beta_initializer = "zeros";
  Spec gamma_initializer = "ones";
  Spec moving_mean_initializer = "zeros";
  Spec moving_variance_initializer = "ones";
  Spec beta_regularizer = {};
  Spec beta_constraint = {};
  Spec gamma_regularizer = {};
  Spec gamma_constraint = {};
  Dims input_shape = {};
  std::string name = {};
};
/// Normalises each channel (index along `axis`) over the batch; with moving statistics at inference.
Layer BatchNormalization(const BatchNormalizationOptions& options = {});

struct LayerNormalizationOptions {
  Dims axis = {-1};
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Spec beta_initializer = "zeros";
  Spec gamma_initializer = "ones";
  Spec beta_regularizer = {};
  Spec beta_constraint = {};
  Spec gamma_regularizer = {};
  Spec gamma_constraint = {};
  Dims input_shape = {};
  std::string name = {};
};
/// Normalises each sample over `axis` (Ba et al. 2016).
Layer LayerNormalization(const LayerNormalizationOptions& options = {});

struct GroupNormalizationOptions {
  std::int64_t groups = 32;  // -1: one for each channel (instance normalisation)
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;
  Spec beta_initializer = "zeros";
  Spec gamma_initializer = "ones";
  Spec beta_regularizer = {};
  Spec beta_constraint = {};
  Spec gamma_regularizer = {};
  Spec gamma_constraint = {};
  Dims input_shape = {};
  std::string name = {};
};
/// Normalises each sample over groups of channels and all positions (Wu & He 2018).
Layer GroupNormalization(const GroupNormalizationOptions& options = {});

struct RMSNormalizationOptions {
  Dims axis = {-1};
  double epsilon = 1e-6;
  Dims input_shape = {};
  std::string name = {};
};
/// Divides by the root mean square over `axis` and scales (Zhang & Sennrich 2019).
Layer RMSNormalization(const RMSNormalizationOptions& options = {});

struct UnitNormalizationOptions {
  Dims axis = {-1};
  Dims input_shape = {};
  std::string name = {};
};
/// Gives each vector along `axis` the length 1.
Layer UnitNormalization(const UnitNormalizationOptions& options = {});

struct LayerScaleOptions {
  double initial = 1e-6;
  Dims input_shape = {};
  std::string name = {};
};
/// Multiplies each channel by a learnt factor that starts small (Touvron et al. 2021).
Layer LayerScale(const LayerScaleOptions& options = {});

}  // namespace lepton::nn
