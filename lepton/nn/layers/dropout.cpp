// Dropout: random zeroing while training.
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/regularization.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  if (!c.training() || c.number("rate") == 0) return {inputs[0]};
  return {inputs[0].with(dropped(c, inputs[0].value, c.number("rate")))};
}

}  // namespace

std::vector<LayerDef> dropout_layers() {
  return {{.name = "Dropout",
           .summary = "Zeroes a random share of the elements while training and scales the rest.",
           .config = {{"rate", 0.5, probability, "share to zero", true}},
           .passes_mask = true,
           .build = build}};
}

Layer Dropout(double rate, const DropoutOptions& o) {
  return Layer(get_layer("Dropout"), {{"rate", rate}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace lepton::nn
