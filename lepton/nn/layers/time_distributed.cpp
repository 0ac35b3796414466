// TimeDistributed: the same layer at every step, by joining steps and batch.
#include "lepton/nn/internal/network_context.hpp"
#include "lepton/nn/internal/recurrence.hpp"
#include "lepton/nn/layers/recurrent.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  if (x.rank() < 3) fail(ErrorCode::kShapeMismatch, "expects sequences [N, steps, …] of rank 3 or more (shape {})", x.shape());
  Dims joined = {-1}, parted = {-1, x.dim(1)};
  for (int axis = 2; axis < x.rank(); ++axis) joined.push_back(x.dim(axis));
  for (const std::int64_t size : {x.dim(1), x.dim(2), x.dim(-1)}) {
    if (size == kAnyDim || size == 0) fail(ErrorCode::kShapeMismatch, "expects known sizes above 0 (shape {})", x.shape());
  }
  const Layer& layer = c.layers()[0];
  if (c.training() && layer.def().name == "BatchNormalization")
    fail(ErrorCode::kUnsupported, "training a BatchNormalization on one step at a time is not supported; apply it to the sequence instead");
  const Feature steps(ops::reshape(x, joined));
  const Value y = call_owned(c, layer, internal::own_name(layer), std::span(&steps, 1))[0].logical();
  for (int axis = 1; axis < y.rank(); ++axis) parted.push_back(y.dim(axis));
  return {Feature(ops::reshape(y, parted))};
}

}  // namespace

std::vector<LayerDef> time_distributed_layers() {
  return {{.name = "TimeDistributed",
           .summary = "Applies a layer to every step of a sequence.",
           .min_layers = 1,
           .max_layers = 1,
           .passes_mask = true,
           .build = build}};
}

Layer TimeDistributed(const Layer& layer, const LayerOptions& o) {
  return Layer(get_layer("TimeDistributed"), {{"input_shape", o.input_shape}}, o.name, {layer});
}

}  // namespace lepton::nn
