// Activations by name, as layers take them ("relu", "softmax", "leaky_relu(negative_slope=0.1)").
#pragma once

#include "lepton/nn/feature.hpp"
#include "lepton/op/spec.hpp"

namespace lepton::nn {

/// Applies an activation; "linear" or an empty spec changes nothing. Sigmoid and softmax remember their logits for the loss.
/// Errors: throws kNotFound for an unknown name, naming the nearest.
Feature activate(const Spec& activation, const Feature& x);

struct ActivationInfo {
  std::string_view name, summary;
};
std::vector<ActivationInfo> all_activations();

}  // namespace lepton::nn
