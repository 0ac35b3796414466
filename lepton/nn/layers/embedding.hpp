// Vectors for symbols.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct EmbeddingOptions {
  Spec embeddings_initializer = "random_uniform";
  Spec embeddings_regularizer = {};
  Dims input_shape = {};
  std::string name = {};
};
/// A learnt vector of size `output_dim` for each whole number below `input_dim`: [N, …] -> [N, …, output_dim].
Layer Embedding(std::int64_t input_dim, std::int64_t output_dim, const EmbeddingOptions& options = {});

}  // namespace lepton::nn
