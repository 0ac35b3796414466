// Weights and inputs that are worked out from names: what tests/golden/zoo/seeded.py gives the reference implementations.
#pragma once

#include "lepton/train/model.hpp"

namespace lepton::zoo::testing {

/// Numbers in [0, 1), exact in float32: SplitMix64 from the FNV-1a hash of the name.
std::vector<float> uniform(std::string_view name, std::int64_t count);

/// Gives every weight of the model its number by name and place in PyTorch's layout.
void set_weights(train::Model& model);

/// The input for samples of `shape` (Keras's order), a batch of one, in [-1, 1).
Tensor input(const Dims& shape);

/// One text of whole numbers from 1 to below `vocabulary`; the last quarter of a padded one is 0.
Tensor words(std::int64_t count, std::int64_t vocabulary, bool padded);

}  // namespace lepton::zoo::testing
