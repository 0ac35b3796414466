// Vectors for symbols.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct EmbeddingOptions {
  Spec embeddings_initializer = "random_uniform";
  Spec embeddings_regularizer = {};
  Spec embeddings_constraint = {};
  bool mask_zero = false;  // 0 stands for no symbol: layers behind skip it
  Dims input_shape = {};
  std::int64_t batch_size = 0;
  std::string name = {};
};
/// A learnt vector of size `output_dim` for each whole number below `input_dim`: [N, …] -> [N, …, output_dim].
Layer Embedding(std::int64_t input_dim, std::int64_t output_dim, const EmbeddingOptions& options = {});

struct TokenOptions {
  Spec initializer = "random_normal(stddev=0.02)";
  Dims input_shape = {};
  std::string name = {};
};
/// Puts a learnt vector in front of [N, positions, C] (Devlin et al. 2018).
Layer ClassToken(const TokenOptions& options = {});
/// Adds a learnt vector to each position of [N, positions, C].
Layer PositionEmbedding(const TokenOptions& options = {});

}  // namespace lepton::nn
