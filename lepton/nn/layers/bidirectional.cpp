// Bidirectional: a recurrent layer in both directions.
#include "lepton/nn/internal/network_context.hpp"
#include "lepton/nn/internal/recurrence.hpp"
#include "lepton/nn/layers/recurrent.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

// A copy of a layer in one direction. Masked steps give 0 where all steps are given, as in Keras.
Layer directed(const Layer& layer, bool backwards) {
  if (!layer.config().has("go_backwards")) fail(ErrorCode::kInvalidArgument, "expects a recurrent layer, got '{}'", layer.def().name);
  Attributes config = layer.config();
  config.set("go_backwards", backwards);
  config.set("zero_output_for_mask", config.flag("return_sequences"));
  return Layer(layer.def(), config, layer.name(), layer.layers());
}

Value merged(const std::string& mode, const Value& y, const Value& back) {
  if (mode == "concat") return ops::concat(std::vector<Value>{y, back}, -1);
  if (mode == "sum") return ops::add(y, back);
  if (mode == "mul") return ops::mul(y, back);
  if (mode == "ave") return ops::div(ops::add(y, back), ops::constant_like(y, 2));
  fail(ErrorCode::kInvalidArgument, "merge_mode must be concat, sum, mul, ave or \"\", got '{}'", mode);
}

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const Layer& given = c.layers()[0];
  const bool starts_backwards = given.config().has("go_backwards") && given.config().flag("go_backwards");
  const Layer forward = directed(given, starts_backwards);
  const Layer backward = directed(c.layers().back(), !starts_backwards);
  for (const std::string_view same : {"return_sequences", "return_state"}) {
    if (forward.config().flag(same) != backward.config().flag(same))
      fail(ErrorCode::kInvalidArgument, "both layers must have the same {}", same);
  }
  if (inputs.size() % 2 == 0) fail(ErrorCode::kInvalidArgument, "takes as many initial states for one direction as for the other");
  // Initial states: first those of one direction, then those of the other.
  const std::size_t half = (inputs.size() - 1) / 2;
  const auto called = [&](const Layer& layer, const char* prefix, std::size_t first) {
    std::vector<Feature> operands = {inputs[0]};
    for (std::size_t i = 0; i < half; ++i) operands.push_back(inputs[first + i]);
    return call_owned(c, layer, prefix + internal::own_name(layer), operands);
  };
  std::vector<Feature> y = called(forward, "forward_", 1), back = called(backward, "backward_", 1 + half);
  if (forward.config().flag("return_sequences")) back[0].value = ops::flip(back[0].value, {1});
  std::vector<Feature> results;
  if (const std::string& mode = c.config().text("merge_mode"); mode.empty()) {
    results = {y[0], back[0]};
  } else {
    results.emplace_back(merged(mode, y[0].value, back[0].value));
    results[0].mask = y[0].mask;
  }
  results.insert(results.end(), y.begin() + 1, y.end());
  results.insert(results.end(), back.begin() + 1, back.end());
  return results;
}

}  // namespace

std::vector<LayerDef> bidirectional_layers() {
  return {{.name = "Bidirectional",
           .summary = "A recurrent layer in both directions.",
           .config = {{"merge_mode", "concat", any_value, "concat, sum, mul, ave, or empty for two outputs"}},
           .max_inputs = -1,
           .min_layers = 1,
           .max_layers = 2,
           .build = build}};
}

Layer Bidirectional(const Layer& layer, const BidirectionalOptions& o) {
  std::vector<Layer> layers = {layer};
  layers.insert(layers.end(), o.backward_layer.begin(), o.backward_layer.end());
  return Layer(get_layer("Bidirectional"), {{"merge_mode", o.merge_mode}, {"input_shape", o.input_shape}, {"batch_size", o.batch_size}},
               o.name, std::move(layers));
}

}  // namespace lepton::nn
