// Reading golden files and translating Keras's configurations.
#include "tests/support/golden.hpp"

#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/nn/network_config.hpp"
#include "lepton/op/spec.hpp"

namespace lepton::testing {
namespace {

std::string golden_path(const std::string& name) { return std::string(LEPTON_SOURCE_DIR "/tests/golden/keras/") + name; }

// {"class_name": "L2", "config": {"l2": 0.02}} -> "l2(l2=0.02)"
std::string spec_text(const Json& json) {
  const Json& config = json.at("config");
  Attributes arguments;
  for (const auto& [key, value] : config.items()) {
    if (value.is_number()) arguments.set(key, value.get<double>());
    if (value.is_boolean()) arguments.set(key, value.get<bool>());
  }
  const std::string name = json.at("class_name").get<std::string>() == "L1L2" ? "l1_l2" : snake_case(json.at("class_name"));
  return Spec(name, arguments).to_string();
}

}  // namespace

Json read_golden_json(const std::string& name) {
  return parse_json(read_file(local_files(), golden_path(name), std::uint64_t{64} << 20).value()).value();
}

GoldenArrays::GoldenArrays(const std::string& file) {
  const std::string bytes = read_file(local_files(), golden_path(file), std::uint64_t{64} << 20).value();
  arrays_ = formats::read_npz(std::as_bytes(std::span(bytes))).value();
}

const Tensor* GoldenArrays::find(const std::string& name) const {
  const auto place = std::ranges::find(arrays_, name, [](const auto& a) { return a.first; });
  return place == arrays_.end() ? nullptr : &place->second;
}

const Tensor& GoldenArrays::operator[](const std::string& name) const {
  const Tensor* tensor = find(name);
  if (tensor == nullptr) fail(ErrorCode::kNotFound, "golden: there is no array '{}'", name);
  return *tensor;
}

std::string snake_case(const std::string& class_name) {
  std::string text;
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    const char c = class_name[i];
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && i > 0 && class_name[i - 1] >= 'a' && class_name[i - 1] <= 'z') text += '_';
    text += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

Attributes attributes_from_keras(const std::string& class_name, const Json& config, std::span<const AttributeDef> declared) {
  Json own = Json::object();
  for (const auto& [key, value] : config.items()) {
    const auto known = std::ranges::find(declared, key, &AttributeDef::name);
    if (known == declared.end()) {
      if (key == "data_format" || key == "axis" || key == "trainable" || value.is_null() || value == false || key.starts_with("renorm_"))
        continue;
      fail(ErrorCode::kUnsupported, "{}: Lepton has no '{}'", class_name, key);
    }
    const bool is_list = known->default_value.value().index() == 4;
    const bool is_nested = is_list && value.is_array() && !value.empty() && value[0].is_array();
    if (value.is_object()) {
      own[key] = spec_text(value);
    } else if (value.is_null()) {
      continue;
    } else if (is_nested) {  // [[before, after], …]
      own[key] = Json::array();
      for (const Json& pair : value) own[key].insert(own[key].end(), pair.begin(), pair.end());
    } else if (is_list && !value.is_array()) {
      own[key] = Json::array({value});
    } else {
      own[key] = value;
    }
  }
  return nn::attributes_from_json(own, declared, class_name).value();
}

}  // namespace lepton::testing
