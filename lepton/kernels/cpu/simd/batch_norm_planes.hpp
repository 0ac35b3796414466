// The inner loops of batch normalisation, for the best instruction set of this machine.
#pragma once

#include <cstdint>

namespace lepton::kernels::simd {

/// `rows` rows of `lanes` floats, contiguous; each lane belongs to one channel. Lanes are a multiple of 4 or the number of channels.
struct BatchNormPlane {
  std::int64_t rows = 0, lanes = 0;
  const float* x = nullptr;
  const float* g = nullptr;  // gradient of y
  float* y = nullptr;        // y, or the gradient of x
  // Per lane:
  const float* mean = nullptr;
  const float* factor = nullptr;  // of (x - mean)
  const float* offset = nullptr;
  const float* slope = nullptr;  // of g, in the gradient
  double* first = nullptr;       // sums that are added to
  double* second = nullptr;
};

struct BatchNormFunctions {
  void (*sums)(const BatchNormPlane&);           // first += x
  void (*squares)(const BatchNormPlane&);        // first += (x - mean)²
  void (*gradient_sums)(const BatchNormPlane&);  // first += g, second += g (x - mean)
  void (*normalize)(const BatchNormPlane&);      // y = (x - mean) factor + offset
  void (*gradient)(const BatchNormPlane&);       // y = g slope + (x - mean) factor + offset
};

const BatchNormFunctions& batch_norm_functions();

}  // namespace lepton::kernels::simd
