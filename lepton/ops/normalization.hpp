// Normalisations. Channels are axis 1.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

/// Normalises each channel by its mean and (biased) variance over the batch and all positions.
/// Shapes:  x: [N, C, …]; scale, offset: [C]. Returns {y: as x, mean: [C], variance: [C]}.
template <Operand T>
std::vector<T> batch_norm_training(const T& x, const T& scale, const T& offset, double epsilon = 1e-3) {
  const T inputs[] = {x, scale, offset};
  return call_all<T>("batch_norm_training", inputs, {{"epsilon", epsilon}});
}

/// Normalises each channel by a given mean and variance. Shapes: x: [N, C, …]; the rest: [C].
template <Operand T>
T batch_norm_inference(const T& x, const T& scale, const T& offset, const T& mean, const T& variance, double epsilon = 1e-3) {
  return call<T>("batch_norm_inference", {x, scale, offset, mean, variance}, {{"epsilon", epsilon}});
}

struct FeatureNormOptions {
  std::vector<std::int64_t> axes = {-1};
  double epsilon = 1e-3;
};
/// Normalises by mean and (biased) variance over `axes`. Undefined scale and offset are absent.
/// Shapes:  x: any; scale, offset: sizes of x along axes, in the order of x; result: as x.
template <Operand T>
T layer_norm(const T& x, const T& scale = {}, const T& offset = {}, const FeatureNormOptions& options = {}) {
  return call<T>("layer_norm", {x, scale, offset}, {{"axes", options.axes}, {"epsilon", options.epsilon}});
}
/// Divides by the root mean square over `axes`; Keras's epsilon is 1e-6 here.
template <Operand T>
T rms_norm(const T& x, const T& scale = {}, const FeatureNormOptions& options = {.axes = {-1}, .epsilon = 1e-6}) {
  return call<T>("rms_norm", {x, scale}, {{"axes", options.axes}, {"epsilon", options.epsilon}});
}
/// Normalises each sample over `groups` groups of channels and all positions. Undefined scale and offset are absent.
/// Shapes:  x: [N, C, …]; scale, offset: [C]; result: as x.
template <Operand T>
T group_norm(const T& x, std::int64_t groups, const T& scale = {}, const T& offset = {}, double epsilon = 1e-3) {
  return call<T>("group_norm", {x, scale, offset}, {{"groups", groups}, {"epsilon", epsilon}});
}
/// Normalises each channel of each sample over its positions. Shapes: x: [N, C, positions…]; scale, offset: [C]; result: as x.
template <Operand T>
T instance_norm(const T& x, const T& scale = {}, const T& offset = {}, double epsilon = 1e-3) {
  return call<T>("instance_norm", {x, scale, offset}, {{"epsilon", epsilon}});
}

}  // namespace lepton::ops
