// The Layer handle and the table of layers.
#include "lepton/nn/layer.hpp"

#include <algorithm>

#include "lepton/nn/network.hpp"

namespace lepton::nn {

std::vector<LayerDef> make_all_layers();  // generated

struct Layer::State {
  LayerDef def;
  Attributes config;
  std::string name;
  Dims input_shape;
  std::int64_t batch_size = 0;
  std::vector<Layer> layers;
  bool trainable = true;
};

std::span<const Layer> LayerContext::layers() const { return layer_->layers(); }

std::span<const AttributeDef> common_layer_config() {
  static const std::vector<AttributeDef> declared = {
      {"input_shape", std::vector<std::int64_t>{}, any_value, "shape of one sample; needed by the first layer of a Sequential model"},
      {"batch_size", 0, non_negative, "samples in every batch, for stateful layers; 0: any number"}};
  return declared;
}

Layer::Layer(const LayerDef& def, const Attributes& config, std::string name, std::vector<Layer> layers)
    : state_(std::make_shared<State>()) {
  const auto count = static_cast<int>(layers.size());
  if (count < def.min_layers || (def.max_layers >= 0 && count > def.max_layers))
    fail(ErrorCode::kInvalidArgument, "{}: owns {} to {} layers, got {}", def.name, def.min_layers, def.max_layers, count);
  Attributes own;
  for (const auto& [key, value] : config) {
    if (key == "input_shape") {
      state_->input_shape = value.get<std::vector<std::int64_t>>();
    } else if (key == "batch_size") {
      state_->batch_size = value.get<std::int64_t>();
    } else {
      own.set(key, value);
    }
  }
  state_->def = def;
  state_->config = complete_attributes(def.name, def.config, own).value();
  state_->name = std::move(name);
  state_->layers = std::move(layers);
}

const LayerDef& Layer::def() const { return state_->def; }
const Attributes& Layer::config() const { return state_->config; }
const std::string& Layer::name() const { return state_->name; }
bool Layer::trainable() const { return state_->trainable; }
void Layer::set_trainable(bool trainable) const { state_->trainable = trainable; }
const Dims& Layer::input_shape() const { return state_->input_shape; }
std::int64_t Layer::batch_size() const { return state_->batch_size; }
const std::vector<Layer>& Layer::layers() const { return state_->layers; }

Symbol Layer::operator()(const Symbol& x) const { return (*this)(std::vector<Symbol>{x}); }

Symbol Layer::operator()(const std::vector<Symbol>& inputs) const {
  const auto count = static_cast<int>(inputs.size());
  if (count < def().min_inputs || (def().max_inputs >= 0 && count > def().max_inputs)) {
    fail(ErrorCode::kInvalidArgument, "{}: takes {} to {} inputs, got {}", def().name, def().min_inputs, def().max_inputs, count);
  }
  auto node = std::make_shared<Symbol::Node>();
  node->layer = *this;
  node->inputs = inputs;
  return Symbol(std::move(node));
}

std::vector<Symbol> Layer::outputs(const std::vector<Symbol>& inputs, int count) const {
  const Symbol first = (*this)(inputs);
  std::vector<Symbol> all;
  for (int output = 0; output < count; ++output) all.push_back(first.sibling(output));
  return all;
}

std::string snake_case(std::string_view class_name) {
  const auto lower = [&](std::size_t i) { return i < class_name.size() && class_name[i] >= 'a' && class_name[i] <= 'z'; };
  std::string text;
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    const char c = class_name[i];
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && i > 0 && (lower(i - 1) || lower(i + 1))) text += '_';
    text += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

std::span<const LayerDef> all_layers() {
  static const std::vector<LayerDef> table = [] {
    std::vector<LayerDef> layers = make_all_layers();
    std::ranges::sort(layers, {}, &LayerDef::name);
    return layers;
  }();
  return table;
}

const LayerDef& get_layer(std::string_view name) { return *find_row(all_layers(), name, "layer").value(); }

Layer custom_layer(std::string name, LayerBuild build) {
  const LayerDef def{.name = "Custom",
                     .summary = "A layer made of a C++ function.",
                     .min_inputs = 1,
                     .max_inputs = -1,
                     .build = [build = std::move(build)](LayerContext& context, std::span<const Feature> inputs) {
                       std::vector<Feature> logical;
                       for (const Feature& input : inputs) logical.emplace_back(input.logical());
                       return build(context, logical);
                     }};
  return Layer(def, {}, std::move(name));
}

}  // namespace lepton::nn
