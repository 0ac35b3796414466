// Layers that join several features into one. Elementwise ones take equal ranks and broadcast axes of length 1.
#pragma once

#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

Layer Add(const LayerOptions& options = {});
/// x - y; takes exactly two inputs.
Layer Subtract(const LayerOptions& options = {});
Layer Multiply(const LayerOptions& options = {});
Layer Average(const LayerOptions& options = {});
Layer Maximum(const LayerOptions& options = {});
Layer Minimum(const LayerOptions& options = {});

struct ConcatenateOptions {
  std::int64_t axis = -1;
  std::string name = {};
};
Layer Concatenate(const ConcatenateOptions& options = {});

struct DotOptions {
  bool normalize = false;  // scale both to length 1 first: the cosine of their angle
  std::string name = {};
};
/// Products of two features, summed over one axis of each. `axes`: one for both, or one each; 0 is the batch.
Layer Dot(const Dims& axes, const DotOptions& options = {});

}  // namespace lepton::nn
