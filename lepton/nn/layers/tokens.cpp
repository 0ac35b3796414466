// ClassToken and PositionEmbedding: what transformers add to a row of vectors.
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/embedding.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> class_token(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = sequence_input(inputs[0]);
  const Value token = c.weight({.name = "token", .shape = {1, 1, x.dim(2)}, .initializer = c.spec("initializer")});
  const Value first = ops::slice(x, {.starts = {0}, .ends = {1}, .axes = {1}});
  return {Feature(ops::concat(std::vector<Value>{ops::broadcast_to_like(token, first), x}, 1))};
}

std::vector<Feature> position_embedding(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = sequence_input(inputs[0]);
  return {Feature(ops::add(x, c.weight({.name = "embeddings", .shape = {x.dim(1), x.dim(2)}, .initializer = c.spec("initializer")})))};
}

LayerDef declare(std::string_view name, std::string_view summary, LayerBuild build) {
  return {.name = name,
          .summary = summary,
          .config = {{"initializer", "random_normal(stddev=0.02)", any_value, "initialiser of the vectors"}},
          .build = std::move(build)};
}

Layer make(std::string_view name, const TokenOptions& o) {
  return Layer(get_layer(name), {{"initializer", o.initializer.to_string()}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace

std::vector<LayerDef> tokens_layers() {
  return {declare("ClassToken", "Puts a learnt vector in front of a row of vectors.", class_token),
          declare("PositionEmbedding", "Adds a learnt vector to each position of a row.", position_embedding)};
}

Layer ClassToken(const TokenOptions& options) { return make("ClassToken", options); }
Layer PositionEmbedding(const TokenOptions& options) { return make("PositionEmbedding", options); }

}  // namespace lepton::nn
