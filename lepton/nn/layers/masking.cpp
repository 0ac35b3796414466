// Masking: which steps of a sequence count.
#include "lepton/nn/layers/recurrent.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = inputs[0].logical();
  if (x.rank() < 3) fail(ErrorCode::kShapeMismatch, "expects sequences [N, steps, features] (shape {})", x.shape());
  const Value counts = ops::any(ops::not_equal(x, ops::constant_like(x, c.number("mask_value"))), {.axes = {-1}, .keepdims = true});
  Feature y(ops::where(counts, x, ops::constant_like(x, 0)));
  y.mask = ops::squeeze(counts, {-1});
  return {y};
}

}  // namespace

std::vector<LayerDef> masking_layers() {
  return {{.name = "Masking",
           .summary = "Lets the layers behind skip the steps whose features all have one value.",
           .config = {{"mask_value", 0.0, any_value, "the value"}},
           .build = build}};
}

Layer Masking(const MaskingOptions& o) {
  return Layer(get_layer("Masking"), {{"mask_value", o.mask_value}, {"input_shape", o.input_shape}}, o.name);
}

}  // namespace lepton::nn
