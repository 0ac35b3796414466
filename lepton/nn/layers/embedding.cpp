// Embedding: rows of a table.
#include "lepton/nn/layers/embedding.hpp"

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  const bool index = x.dtype() == DType::kI32 || x.dtype() == DType::kI64;
  const Value table = c.weight({.name = "embeddings",
                                .shape = {c.integer("input_dim"), c.integer("output_dim")},
                                .initializer = c.spec("embeddings_initializer"),
                                .regularizer = c.spec("embeddings_regularizer"),
                                .constraint = c.spec("embeddings_constraint")});
  Feature y(ops::embedding(index ? x : ops::cast(x, DType::kI64), table));
  if (c.flag("mask_zero")) y.mask = ops::not_equal(x, ops::constant_like(x, 0));
  return {y};
}

}  // namespace

std::vector<LayerDef> embedding_layers() {
  return {{.name = "Embedding",
           .summary = "A learnt vector for each whole number.",
           .config = {{"input_dim", 1, positive, "number of symbols", true},
                      {"output_dim", 1, positive, "size of a vector", true},
                      {"embeddings_initializer", "random_uniform", any_value, "initialiser of the table"},
                      {"embeddings_regularizer", "", any_value, "penalty on the table"},
                      {"embeddings_constraint", "", any_value, "constraint on the table"},
                      {"mask_zero", false, any_value, "0 stands for no symbol: layers behind skip it"}},
           .build = build}};
}

Layer Embedding(std::int64_t input_dim, std::int64_t output_dim, const EmbeddingOptions& o) {
  return Layer(get_layer("Embedding"),
               {{"input_dim", input_dim},
                {"output_dim", output_dim},
                {"embeddings_initializer", o.embeddings_initializer.to_string()},
                {"embeddings_regularizer", o.embeddings_regularizer.to_string()},
                {"embeddings_constraint", o.embeddings_constraint.to_string()},
                {"mask_zero", o.mask_zero},
                {"input_shape", o.input_shape},
                {"batch_size", o.batch_size}},
               o.name);
}

}  // namespace lepton::nn
