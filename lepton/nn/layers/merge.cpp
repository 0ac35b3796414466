// Elementwise merges: Add, Subtract, Multiply, Average, Maximum, Minimum.
#include "lepton/nn/layers/merging.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

using Combine = Value (*)(const Value&, const Value&);

// Channels first if any input already is, so that pictures are not transposed on their way through a residual block.
Feature folded(std::span<const Feature> inputs, Combine combine) {
  bool first = false;
  for (const Feature& input : inputs) {
    if (input.value.rank() != inputs[0].value.rank()) {
      fail(ErrorCode::kShapeMismatch, "merge: inputs need the same rank, got {} and {}", inputs[0].value.rank(), input.value.rank());
    }
    first = first || input.order == Feature::Order::kChannelsFirst;
  }
  const auto ordered = [&](const Feature& x) { return first ? x.channels_first() : x.logical(); };
  Value result = ordered(inputs[0]);
  for (const Feature& input : inputs.subspan(1)) result = combine(result, ordered(input));
  return {result, first ? Feature::Order::kChannelsFirst : Feature::Order::kLogical};
}

LayerDef merge(std::string_view name, std::string_view summary, int max_inputs, Combine combine) {
  return {.name = name,
          .summary = summary,
          .min_inputs = 2,
          .max_inputs = max_inputs,
          .build = [combine](LayerContext&, std::span<const Feature> inputs) { return std::vector<Feature>{folded(inputs, combine)}; }};
}

std::vector<Feature> average(LayerContext&, std::span<const Feature> inputs) {
  const Feature total = folded(inputs, [](const Value& x, const Value& y) { return ops::add(x, y); });
  return {total.with(ops::div(total.value, ops::constant_like(total.value, static_cast<double>(inputs.size()))))};
}

Layer make(std::string_view name, const LayerOptions& o) { return Layer(get_layer(name), {{"input_shape", o.input_shape}}, o.name); }

}  // namespace

std::vector<LayerDef> merge_layers() {
  return {
      merge("Add", "Sum of the inputs.", -1, [](const Value& x, const Value& y) { return ops::add(x, y); }),
      merge("Subtract", "First input minus the second.", 2, [](const Value& x, const Value& y) { return ops::sub(x, y); }),
      merge("Multiply", "Product of the inputs.", -1, [](const Value& x, const Value& y) { return ops::mul(x, y); }),
      merge("Maximum", "Largest of the inputs.", -1, [](const Value& x, const Value& y) { return ops::maximum(x, y); }),
      merge("Minimum", "Smallest of the inputs.", -1, [](const Value& x, const Value& y) { return ops::minimum(x, y); }),
      {.name = "Average", .summary = "Mean of the inputs.", .min_inputs = 2, .max_inputs = -1, .build = average},
  };
}

Layer Add(const LayerOptions& o) { return make("Add", o); }
Layer Subtract(const LayerOptions& o) { return make("Subtract", o); }
Layer Multiply(const LayerOptions& o) { return make("Multiply", o); }
Layer Average(const LayerOptions& o) { return make("Average", o); }
Layer Maximum(const LayerOptions& o) { return make("Maximum", o); }
Layer Minimum(const LayerOptions& o) { return make("Minimum", o); }

}  // namespace lepton::nn
