// Reshape, Permute, RepeatVector: on Keras's order of axes.
#include "lepton/ops/shape.hpp"
#include "lepton/nn/layers/shaping.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> reshape(LayerContext& c, std::span<const Feature> inputs) {
  Dims shape = {0};
  const Dims& target = c.config().integers("target_shape");
  shape.insert(shape.end(), target.begin(), target.end());
  return {Feature(ops::reshape(inputs[0].logical(), shape))};
}

std::vector<Feature> permute(LayerContext& c, std::span<const Feature> inputs) {
  Dims permutation = {0};
  const Dims& dims = c.config().integers("dims");
  permutation.insert(permutation.end(), dims.begin(), dims.end());
  return {Feature(ops::transpose(inputs[0].logical(), permutation))};
}

std::vector<Feature> repeat(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  if (x.rank() != 2) fail(ErrorCode::kShapeMismatch, "expects inputs of rank 2 (shape {})", inputs[0].logical_shape());
  return {Feature(ops::broadcast_to(ops::expand_dims(x, {1}), {-1, c.integer("n"), -1}))};
}

}  // namespace

std::vector<LayerDef> shape_layers() {
  return {{.name = "Reshape",
           .summary = "Gives each sample another shape.",
           .config = {{"target_shape", Dims{}, any_value, "without the batch; one size may be -1", true}},
           .build = reshape},
          {.name = "Permute",
           .summary = "Permutes the axes of a sample.",
           .config = {{"dims", Dims{}, positive_integers, "axes, counted from 1", true}},
           .build = permute},
          {.name = "RepeatVector", .summary = "[N, C] to [N, n, C].", .config = {{"n", 1, positive, "how often", true}}, .build = repeat}};
}

Layer Reshape(const Dims& target_shape, const LayerOptions& o) {
  return Layer(get_layer("Reshape"), {{"target_shape", target_shape}, {"input_shape", o.input_shape}}, o.name);
}
Layer Permute(const Dims& dims, const LayerOptions& o) {
  return Layer(get_layer("Permute"), {{"dims", dims}, {"input_shape", o.input_shape}}, o.name);
}
Layer RepeatVector(std::int64_t n, const LayerOptions& o) {
  return Layer(get_layer("RepeatVector"), {{"n", n}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace lepton::nn
