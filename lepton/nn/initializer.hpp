// Initialisers: first values of weights, with Keras's names and defaults.
#pragma once

#include <span>

#include "lepton/op/spec.hpp"

namespace lepton::nn {

/// Fills a tensor of `shape` (as Keras shows the weight: fan-in and fan-out follow from it). `seed` and `stream` select the random numbers.
/// Errors: kNotFound for an unknown initialiser, kInvalidArgument for its arguments.
/// Source:  Glorot & Bengio 2010; He et al. 2015; LeCun et al. 1998; Saxe et al. 2014 (orthogonal).
Result<Tensor> initialize(const Spec& initializer, const Shape& shape, DType dtype, std::uint64_t seed, std::uint64_t stream);

/// Names and summaries of all initialisers.
struct InitializerInfo {
  std::string_view name, summary;
  std::vector<AttributeDef> arguments;
};
std::vector<InitializerInfo> all_initializers();

}  // namespace lepton::nn
