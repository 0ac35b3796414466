// Flatten: all axes of a sample in one.
#include "lepton/nn/layers/core.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> build(LayerContext&, std::span<const Feature> inputs) {
  const Feature& x = inputs[0];
  const Feature flat(x.value.rank() == 1 ? ops::expand_dims(x.value, {1}) : ops::reshape(x.value, {0, -1}));
  if (x.order != Feature::Order::kChannelsFirst) return {x.value.rank() == 2 ? x : flat};
  // The elements stay where they are; only the record of their order changes.
  Feature result(flat.value, Feature::Order::kFlatChannelsFirst);
  for (int axis = 1; axis < x.value.rank(); ++axis) result.unflattened.push_back(x.value.dim(axis));
  return {result};
}

}  // namespace

std::vector<LayerDef> flatten_layers() {
  return {{.name = "Flatten", .summary = "Joins all axes but the batch into one, in Keras's (channels-last) order.", .build = build}};
}

Layer Flatten(const LayerOptions& o) { return Layer(get_layer("Flatten"), {{"input_shape", o.input_shape}}, o.name); }

}  // namespace lepton::nn
