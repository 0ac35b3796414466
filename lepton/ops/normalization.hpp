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

}  // namespace lepton::ops
