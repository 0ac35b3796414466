// Concatenate and Dot.
#include <algorithm>

#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/merging.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

int normalized(std::int64_t axis, int rank) { return normalize_axis(axis, rank, "axis").value(); }

// Keras joins masks as wide as their inputs; a step counts where it counts in any part.
Value joined_mask(std::span<const Feature> inputs, int axis) {
  if (std::ranges::none_of(inputs, [](const Feature& x) { return x.mask.defined(); })) return {};
  std::vector<Value> parts;
  for (const Feature& x : inputs) {
    const Value like = x.logical(), always = ops::broadcast_to_like(ops::constant(like.builder(), Tensor::scalar(DType::kBool, 1)), like);
    parts.push_back(x.mask.defined() ? ops::logical_and(ops::expand_dims(x.mask, {-1}), always) : always);
  }
  return ops::any(ops::concat(parts, axis), {.axes = {-1}});
}

std::vector<Feature> concatenate(LayerContext& c, std::span<const Feature> inputs) {
  const bool first = std::ranges::any_of(inputs, [](const Feature& x) { return x.order == Feature::Order::kChannelsFirst; });
  const int rank = inputs[0].value.rank(), axis = normalized(c.integer("axis"), rank);
  std::vector<Value> parts;
  for (const Feature& x : inputs) parts.push_back(first ? x.channels_first() : x.logical());
  // Where the axis lies when channels come first.
  const int place = !first || axis == 0 ? axis : axis == rank - 1 ? 1 : axis + 1;
  Feature joined(ops::concat(parts, place), first ? Feature::Order::kChannelsFirst : Feature::Order::kLogical);
  joined.mask = joined_mask(inputs, axis);
  return {joined};
}

std::vector<Feature> dot(LayerContext& c, std::span<const Feature> inputs) {
  const Dims& axes = c.config().integers("axes");
  if (axes.empty() || axes.size() > 2) fail(ErrorCode::kInvalidArgument, "axes must be one or two numbers, got {}", axes.size());
  Value x = inputs[0].logical(), y = inputs[1].logical();
  const int a = normalized(axes[0], x.rank()), b = normalized(axes.back(), y.rank());
  if (a == 0 || b == 0) fail(ErrorCode::kInvalidArgument, "axes must not name the batch");
  if (c.flag("normalize")) x = unit_length(x, {a}), y = unit_length(y, {b});
  // n is the batch, s what is summed; every other axis has a letter of its own.
  std::string left = "n", right = "n", result = "n";
  char letter = 'A';
  for (int axis = 1; axis < x.rank(); ++axis) left += axis == a ? 's' : letter++;
  for (int axis = 1; axis < y.rank(); ++axis) right += axis == b ? 's' : letter++;
  for (const char label : left + right) {
    if (label >= 'A' && label <= 'Z') result += label;
  }
  const Value z = ops::einsum<Value>(left + "," + right + "->" + result, {x, y});
  return {Feature(z.rank() == 1 ? ops::expand_dims(z, {1}) : z)};
}

}  // namespace

std::vector<LayerDef> join_layers() {
  return {{.name = "Concatenate",
           .summary = "Joins features along an axis.",
           .config = {{"axis", -1, any_value, "axis along which to join"}},
           .min_inputs = 2,
           .max_inputs = -1,
           .build = concatenate},
          {.name = "Dot",
           .summary = "Products of two features, summed over one axis of each.",
           .config = {{"axes", Dims{}, any_value, "one axis for both, or one each", true},
                      {"normalize", false, any_value, "scale both to length 1 first"}},
           .min_inputs = 2,
           .max_inputs = 2,
           .build = dot}};
}

Layer Concatenate(const ConcatenateOptions& o) { return Layer(get_layer("Concatenate"), {{"axis", o.axis}}, o.name); }
Layer Dot(const Dims& axes, const DotOptions& o) { return Layer(get_layer("Dot"), {{"axes", axes}, {"normalize", o.normalize}}, o.name); }

}  // namespace lepton::nn
