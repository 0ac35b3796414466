// Weights: what a layer asks for, and how the stored tensor relates to the one that Keras's get_weights shows.
#pragma once

#include <string>

#include "lepton/op/spec.hpp"

namespace lepton::nn {

/// stored = reshape(transpose(reshape(shown, split), permutation), stored). Empty permutation: stored as it is shown; empty stored: with
/// the permuted axes.
struct StoredOrder {
  Dims split = {};
  std::vector<int> permutation = {};
  Dims stored = {};

  bool is_identity() const { return permutation.empty(); }
};

/// What a layer asks for.
struct WeightSpec {
  std::string name;  // within the layer: "kernel", "bias", "gamma", "moving_mean"
  Shape shape;       // as Keras shows it, e.g. [kh, kw, in, out]
  Spec initializer = "zeros";
  bool trainable = true;
  Spec regularizer = {};
  Spec constraint = {};
  StoredOrder order = {};
};

/// A weight of a built network.
struct Weight {
  std::string name;   // unique: "conv2d/kernel"
  Shape shape;        // as Keras shows it
  TensorType stored;  // as the graph has it
  StoredOrder order;
  Spec initializer;
  Spec regularizer;
  Spec constraint;
  bool trainable = true;
};

/// Kernel of a convolution: shown as [spatial…, in, out], stored as [out, in, spatial…].
StoredOrder convolution_order(const Shape& shown);
/// Kernel of a depthwise convolution: shown as [spatial…, in, multiplier], stored as [in * multiplier, 1, spatial…].
StoredOrder depthwise_order(const Shape& shown);
/// Kernel of a dense layer behind a flattened channels-first feature: rows shown in [spatial…, C] order, stored in [C, spatial…].
StoredOrder flattened_order(const Dims& unflattened, std::int64_t units);

Tensor to_stored(const Weight& weight, const Tensor& shown);
Tensor to_shown(const Weight& weight, const Tensor& stored);
/// Shape that `shown` takes when stored.
Shape stored_shape(const Shape& shown, const StoredOrder& order);

}  // namespace lepton::nn
