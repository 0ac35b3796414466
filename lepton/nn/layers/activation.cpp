// Activation: an activation function as a layer of its own; Identity: none.
#include "lepton/nn/activation.hpp"

#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

std::vector<LayerDef> activation_layers() {
  return {{.name = "Identity",
           .summary = "Gives its input.",
           .passes_mask = true,
           .build = [](LayerContext&, std::span<const Feature> inputs) { return std::vector<Feature>{inputs[0]}; }},
          {
              .name = "Activation",
              .summary = "Applies an activation function.",
              .config = {{"activation", "linear", any_value, "name of the activation", true}},
              .passes_mask = true,
              .build = [](LayerContext& c,
                          std::span<const Feature> inputs) { return std::vector<Feature>{activate(c.spec("activation"), inputs[0])}; },
          }};
}

Layer Identity(const LayerOptions& o) { return Layer(get_layer("Identity"), {{"input_shape", o.input_shape}}, o.name); }

Layer Activation(const Spec& activation, const LayerOptions& o) {
  return Layer(get_layer("Activation"), {{"activation", activation.to_string()}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace lepton::nn
