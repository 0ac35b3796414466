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
constexpr std::array<std::string_view, 12> kPassedOver = {
    "name",         "dtype", "trainable",      "batch_input_shape", "batch_shape",          "input_shape",
    "input_length", "seed",  "implementation", "time_major",        "zero_output_for_mask", "renorm_momentum"};

bool is_passed_over(const std::string& key, const Json& value) {
  if (value.is_null() || value == false) return true;
  if (key == "data_format") return value == "channels_last";
  // A last axis is what layers without this setting work on; the reader of a model checks that it is the last.
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
      if (value.is_number() && name != "seed") arguments.set(name, value.get<double>());
      if (value.is_string() && (name == "mode" || name == "distribution")) arguments.set(name, value.get<std::string>());
    }
  }
  const std::string name = named->get<std::string>() == "L1L2" ? "l1_l2" : nn::snake_case(named->get<std::string>());
  return Spec(name, arguments).to_string();
}

bool is_list(const AttributeDef& declared) { return std::holds_alternative<std::vector<std::int64_t>>(declared.default_value.value()); }

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

}  // namespace

Attributes layer_from_keras(const std::string& class_name, const Json& config, std::span<const AttributeDef> declared) {
  if (!config.is_object()) fail(ErrorCode::kParseError, "{}: the configuration must be an object", class_name);
  Json own = Json::object();
  for (const auto& [key, value] : config.items()) {
    const auto known = std::ranges::find(declared, key, &AttributeDef::name);
    if (known == declared.end()) {
      if (!is_passed_over(key, value))
        fail(ErrorCode::kUnsupported, "{}: Lepton has no '{}' (it is {})", class_name, key, dump_json(value));
    } else if (key != "input_shape" && !value.is_null()) {
      own[key] = converted(class_name, key, value, *known);
    }
  }
  return nn::attributes_from_json(own, declared, class_name).value();
}

}  // namespace lepton::zoo
