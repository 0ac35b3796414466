// Settings have Keras's names; what differs stands here, and in layer_config.cpp for the way back.
#include <algorithm>
#include <array>

#include "lepton/base/json.hpp"
#include "lepton/nn/constraint.hpp"
#include "lepton/nn/initializer.hpp"
#include "lepton/nn/network_config.hpp"
#include "lepton/nn/regularizer.hpp"
#include "lepton/zoo/keras_files/layer_config.hpp"

namespace lepton::zoo {
namespace {

constexpr std::array<std::string_view, 6> kOnlyOurs = {"ClassToken",        "Custom",         "GraphLayer", "LayerScale",
                                                       "PositionEmbedding", "StochasticDepth"};
// Arguments of a call there, settings here.
constexpr std::array<std::string_view, 3> kOfCalls = {"use_causal_mask", "return_attention_scores", "input_shape"};

// glorot_uniform -> GlorotUniform, l1_l2 -> L1L2
std::string class_case(std::string_view snake) {
  std::string name;
  bool starts = true;
  for (const char letter : snake) {
    if (letter != '_') name += starts ? static_cast<char>(std::toupper(static_cast<unsigned char>(letter))) : letter;
    starts = letter == '_';
  }
  return name;
}

Json object(std::string_view module, std::string_view class_name, Json config) {
  return {{"module", module}, {"class_name", class_name}, {"config", std::move(config)}, {"registered_name", nullptr}};
}

// "l2(0.01)" of the table that it belongs to.
template <class Row>
Json spec_object(std::string_view module, const std::string& text, const std::vector<Row>& table) {
  if (text.empty()) return nullptr;
  const Spec spec(text);
  const Row* row = find_row(std::span<const Row>(table), spec.name, module).value();
  Json config = nn::attributes_to_json(spec.bind(spec.name, row->arguments).value());
  for (Json& value : config) {
    if (value.is_array() && value.size() == 1) value = Json(value[0]);  // an axis is a number
  }
  return object(module, class_case(spec.name), std::move(config));
}

// [1, 2, 3, 4] -> [[1, 2], [3, 4]]: before and after each axis.
Json in_pairs(const Json& flat) {
  Json pairs = Json::array();
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) pairs.push_back(Json::array({flat[i], flat[i + 1]}));
  return pairs;
}

// 0, "" and [] by default stand for what Keras leaves out, too: no limit, no size of its own, steps of 1.
bool says_nothing(const Json& value) {
  return (value.is_number_integer() && value == 0) || value == "" || (value.is_array() && value.empty());
}

Json written(std::string_view class_name, const std::string& key, const Json& value) {
  if (key.ends_with("_initializer")) return spec_object("keras.initializers", value.get<std::string>(), nn::all_initializers());
  if (key.ends_with("_regularizer")) return spec_object("keras.regularizers", value.get<std::string>(), nn::all_regularizers());
  if (key.ends_with("_constraint")) return spec_object("keras.constraints", value.get<std::string>(), nn::all_constraints());
  if (key.ends_with("activation")) return value == "" ? Json("linear") : value;
  if (key == "merge_mode") return value == "" ? Json() : value;
  if (class_name == "ReLU" && key == "max_value") return value < 0 ? Json() : value;
  const bool is_number = key.ends_with("factor") || (class_name == "UpSampling1D" && key == "size");
  if (is_number && value.is_array() && value.size() == 1) return value[0];
  if ((key == "padding" || key == "cropping") && value.is_array() && value.size() > 2) return in_pairs(value);
  return value;
}

Json config_of(const nn::Layer& layer, const std::string& name, DType dtype) {
  Json config = {{"name", name}, {"trainable", layer.trainable()}, {"dtype", dtype == DType::kF64 ? "float64" : "float32"}};
  const Json settings = nn::attributes_to_json(layer.config());
  for (const AttributeDef& setting : layer.def().config) {
    const std::string key(setting.name);
    const Attribute* given = layer.config().find(key);
    if (given == nullptr || std::ranges::find(kOfCalls, key) != kOfCalls.end()) continue;
    if (*given == setting.default_value && says_nothing(settings[key])) continue;
    config[key] = written(layer.def().name, key, settings[key]);
  }
  const std::vector<nn::Layer>& owned = layer.layers();
  const auto inner = [&](const nn::Layer& one) { return layer_to_keras(one, one.name(), dtype); };
  if (layer.def().name == "StackedRNNCells") {
    config["cells"] = Json::array();
    for (const nn::Layer& cell : owned) config["cells"].push_back(inner(cell));
  } else if (!owned.empty()) {
    config[layer.def().name == "RNN" ? "cell" : "layer"] = inner(owned[0]);
    if (owned.size() > 1) config["backward_layer"] = inner(owned[1]);
  }
  return config;
}

}  // namespace

Json layer_to_keras(const nn::Layer& layer, const std::string& name, DType dtype) {
  if (std::ranges::find(kOnlyOurs, layer.def().name) != kOnlyOurs.end())
    fail(ErrorCode::kUnsupported, "keras: the layer '{}' is a {}, which Keras does not have; save the model as .lepton or .onnx", name,
         layer.def().name == "Custom" ? "layer of your own code" : layer.def().name);
  return object("keras.layers", layer.def().name, config_of(layer, name.empty() ? nn::snake_case(layer.def().name) : name, dtype));
}

}  // namespace lepton::zoo
