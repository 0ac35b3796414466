// Both have the same names for nearly all settings; what differs stands here.
#include "lepton/zoo/keras_files/layer_config.hpp"

#include <algorithm>
#include <array>

#include "lepton/base/json.hpp"
#include "lepton/nn/layer.hpp"
#include "lepton/nn/network_config.hpp"
#include "lepton/op/spec.hpp"

namespace lepton::zoo {
namespace {

// About names, types, devices and how Keras builds, not about values.
constexpr int kMaxDepth = 16;  // of layers within layers

// Where Keras keeps the layers that a layer owns, in the order in which ours has them.
constexpr std::array<const char*, 4> kOwned = {"layer", "backward_layer", "cell", "cells"};

constexpr std::array<std::string_view, 12> kPassedOver = {
    "name",         "dtype", "trainable",      "batch_input_shape", "batch_shape",          "input_shape",
    "input_length", "seed",  "implementation", "time_major",        "zero_output_for_mask", "renorm_momentum"};

// Of one layer: what was learnt is in other settings. A value that is not null is the only one that Lepton has.
struct PassedOver {
  std::string_view layer, key;
  Json value = nullptr;
};

const std::vector<PassedOver>& passed_over_of_layers() {
  static const std::vector<PassedOver> all = {{"Discretization", "num_bins"},
                                              {"Discretization", "epsilon"},
                                              {"IntegerLookup", "vocabulary_size"},
                                              {"IntegerLookup", "vocabulary_dtype", "int64"},
                                              {"IntegerLookup", "oov_method", "floormod"}};
  return all;
}

bool is_passed_over(const std::string& class_name, const std::string& key, const Json& value) {
  if (value.is_null() || value == false) return true;
  for (const PassedOver& one : passed_over_of_layers()) {
    if (one.layer == class_name && one.key == key) return one.value.is_null() || one.value == value;
  }
  if (key == "data_format") return value == "channels_last";
  // A last axis is what layers without this setting work on; the reader of a model checks that it is the last.
  if (key == "attention_axes") return value == Json::array({1});  // the steps of a sequence
  if (key == "axis" || (key == "groups" && value == 1)) return true;
  return std::ranges::find(kPassedOver, key) != kPassedOver.end();
}

// {"class_name": "L2", "config": {"l2": 0.02}} -> "l2(l2=0.02)"
std::string spec_text(const std::string& class_name, const std::string& key, const Json& json) {
  const auto named = json.find("class_name");
  const auto config = json.find("config");
  if (named == json.end() || !named->is_string())
    fail(ErrorCode::kUnsupported, "{}: '{}' is an object that Lepton does not know", class_name, key);
  Attributes arguments;
  if (config != json.end() && config->is_object()) {
    for (const auto& [name, value] : config->items()) {
      if (value.is_boolean()) arguments.set(name, value.get<bool>());
      if (name == "axis" && value.is_number_integer()) {
        arguments.set(name, Dims{value.get<std::int64_t>()});
      } else if (value.is_array() && std::ranges::all_of(value, [](const Json& one) { return one.is_number_integer(); })) {
        arguments.set(name, value.get<Dims>());
      } else if (value.is_number() && name != "seed") {
        arguments.set(name, value.get<double>());
      }
      if (value.is_string() && (name == "mode" || name == "distribution")) arguments.set(name, value.get<std::string>());
    }
  }
  const std::string name = named->get<std::string>() == "L1L2" ? "l1_l2" : nn::snake_case(named->get<std::string>());
  return Spec(name, arguments).to_string();
}

bool is_list(const AttributeDef& declared) {
  const auto& value = declared.default_value.value();
  return std::holds_alternative<std::vector<std::int64_t>>(value) || std::holds_alternative<std::vector<double>>(value);
}

Json converted(const std::string& class_name, const std::string& key, const Json& value, const AttributeDef& declared) {
  if (value.is_object()) return spec_text(class_name, key, value);
  if (!is_list(declared)) return value.is_array() && value.size() == 1 ? value[0] : value;
  if (!value.is_array()) return Json::array({value});
  if (value.empty() || !value[0].is_array()) return value;
  Json flat = Json::array();  // [[before, after], …]
  for (const Json& pair : value) {
    if (!pair.is_array()) fail(ErrorCode::kParseError, "{}: '{}' mixes numbers and lists", class_name, key);
    flat.insert(flat.end(), pair.begin(), pair.end());
  }
  return flat;
}

Attributes attributes_of(const std::string& class_name, const Json& config, std::span<const AttributeDef> declared) {
  Json own = Json::object();
  for (const auto& [key, value] : config.items()) {
    if (std::ranges::find(kOwned, key) != kOwned.end()) continue;
    const auto known = std::ranges::find(declared, key, &AttributeDef::name);
    if (known == declared.end()) {
      if (!is_passed_over(class_name, key, value))
        fail(ErrorCode::kUnsupported, "{}: Lepton has no '{}' (it is {})", class_name, key, dump_json(value));
    } else if (key != "input_shape" && !value.is_null()) {
      own[key] = converted(class_name, key, value, *known);
    }
  }
  return nn::attributes_from_json(own, declared, class_name).value();
}

nn::Layer made(const std::string& class_name, Json config, const std::string& name, int depth) {
  if (!config.is_object()) fail(ErrorCode::kParseError, "{}: the configuration must be an object", class_name);
  if (depth > kMaxDepth) fail(ErrorCode::kResourceExhausted, "{}: layers more than {} deep in each other", class_name, kMaxDepth);
  // A list of cells stands for one that owns them.
  if (class_name == "RNN" && config.contains("cell") && config["cell"].is_array())
    config["cell"] = {{"class_name", "StackedRNNCells"}, {"config", {{"name", "stacked_rnn_cells"}, {"cells", config["cell"]}}}};
  const nn::LayerDef& def = nn::get_layer(our_class_name(class_name));
  std::vector<nn::Layer> owned;
  for (const Json& layer : owned_layers(config)) {
    const Json inner = *json_member(layer, "config").value();
    const Json called = inner.is_object() ? inner.value("name", Json("")) : Json("");
    owned.push_back(
        made(json_get<std::string>(layer, "class_name").value(), inner, called.is_string() ? called.get<std::string>() : "", depth + 1));
  }
  // "two outputs" is a null there and an empty text here.
  if (config.contains("merge_mode") && config["merge_mode"].is_null()) config["merge_mode"] = "";
  return {def, attributes_of(class_name, config, def.config), name, std::move(owned)};
}

}  // namespace

std::string our_class_name(const std::string& class_name) {
  return class_name == "GroupedQueryAttention" ? "GroupQueryAttention" : class_name;
}

std::vector<Json> owned_layers(const Json& config) {
  std::vector<Json> all;
  if (!config.is_object()) return all;
  for (const char* key : kOwned) {
    const auto found = config.find(key);
    if (found == config.end() || found->is_null()) continue;
    for (const Json& layer : found->is_array() ? *found : Json::array({*found})) all.push_back(layer);
  }
  return all;
}

nn::Layer layer_from_keras(const std::string& class_name, const Json& config, const std::string& name) {
  auto layer = catch_error([&] { return made(class_name, config, name, 0); });
  return name.empty() ? std::move(layer).value() : std::move(layer).with_context("the layer '" + name + "'").value();
}

}  // namespace lepton::zoo
