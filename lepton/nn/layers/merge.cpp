// Elementwise merges: Add, Subtract, Multiply, Average, Maximum, Minimum.
#include <algorithm>

#include "lepton/nn/layers/merging.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

using Combine = Value (*)(const Value&, const Value&);

// A step counts where it counts in any input, if all have masks (as in Keras).
Value merged_mask(std::span<const Feature> inputs) {
  Value mask = inputs[0].mask;
  for (const Feature& input : inputs.subspan(1)) {
    if (!mask.defined() || !input.mask.defined()) return {};
    mask = ops::logical_or(mask, input.mask);
  }
  return mask;
}

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
  Feature merged(result, first ? Feature::Order::kChannelsFirst : Feature::Order::kLogical);
  merged.mask = merged_mask(inputs);
  return merged;
}

// Maximum and Minimum: where one input is masked, the other is the result.
Feature extreme(std::span<const Feature> inputs, Combine combine) {
  if (std::ranges::none_of(inputs, [](const Feature& x) { return x.mask.defined(); })) return folded(inputs, combine);
  const auto counts = [](const Feature& x) { return ops::expand_dims(x.mask, {-1}); };
  Feature result(inputs[0].logical());
  result.mask = inputs[0].mask;
  for (const Feature& input : inputs.subspan(1)) {
    Value x = input.logical();
    if (input.mask.defined()) x = ops::where(counts(input), x, result.value);
    if (result.mask.defined()) result.value = ops::where(counts(result), result.value, x);
    result.mask = result.mask.defined() && input.mask.defined() ? ops::logical_or(result.mask, input.mask) : Value();
    result.value = combine(result.value, x);
  }
  return result;
}

// Multiply: a masked step is a factor of 1, and 0 where it counts in no input.
Feature product(std::span<const Feature> inputs, Combine combine) {
  std::vector<Feature> factors;
  for (const Feature& x : inputs) {
    factors.push_back(x);
    if (!x.mask.defined()) continue;
    const Value value = x.logical();
    factors.back() = Feature(ops::where(ops::expand_dims(x.mask, {-1}), value, ops::constant_like(value, 1)));
    factors.back().mask = x.mask;
  }
  Feature result = folded(factors, combine);
  if (result.mask.defined())
    result.value = ops::where(ops::expand_dims(result.mask, {-1}), result.logical(), ops::constant_like(result.value, 0));
  return result;
}

LayerDef merge(std::string_view name, std::string_view summary, int max_inputs, Combine combine,
               Feature (*fold)(std::span<const Feature>, Combine) = folded) {
  return {.name = name,
          .summary = summary,
          .min_inputs = 2,
          .max_inputs = max_inputs,
          .build = [=](LayerContext&, std::span<const Feature> inputs) { return std::vector<Feature>{fold(inputs, combine)}; }};
}

std::vector<Feature> average(LayerContext&, std::span<const Feature> inputs) {
  const Feature total = folded(inputs, [](const Value& x, const Value& y) { return ops::add(x, y); });
  Feature mean = total.with(ops::div(total.value, ops::constant_like(total.value, static_cast<double>(inputs.size()))));
  mean.mask = total.mask;
  return {mean};
}

Layer make(std::string_view name, const LayerOptions& o) { return Layer(get_layer(name), {{"input_shape", o.input_shape}}, o.name); }

}  // namespace

std::vector<LayerDef> merge_layers() {
  return {
      merge("Add", "Sum of the inputs.", -1, [](const Value& x, const Value& y) { return ops::add(x, y); }),
      merge("Subtract", "First input minus the second.", 2, [](const Value& x, const Value& y) { return ops::sub(x, y); }),
      merge(
          "Multiply", "Product of the inputs.", -1, [](const Value& x, const Value& y) { return ops::mul(x, y); }, product),
      merge(
          "Maximum", "Largest of the inputs.", -1, [](const Value& x, const Value& y) { return ops::maximum(x, y); }, extreme),
      merge(
          "Minimum", "Smallest of the inputs.", -1, [](const Value& x, const Value& y) { return ops::minimum(x, y); }, extreme),
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
