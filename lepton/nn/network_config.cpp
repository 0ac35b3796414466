// The layout of the JSON: {"dtype", "inputs": [{name, dtype, shape, batch_size if it is fixed}], "layers": [{class, name, config,
// trainable, layers: those it owns}], "calls": [{layer, inputs: [[call, output], …]}], "outputs": [[call, output], …]}; call -1 - i is
// input i.
#include "lepton/nn/network_config.hpp"

#include <limits>

#include "lepton/base/json.hpp"

namespace lepton::nn {
namespace {

struct ToJson {
  Json operator()(bool v) const { return v; }
  Json operator()(std::int64_t v) const { return v; }
  Json operator()(double v) const { return v; }
  Json operator()(const std::string& v) const { return v; }
  Json operator()(const std::vector<std::int64_t>& v) const { return v; }
  Json operator()(const std::vector<double>& v) const { return v; }
  Json operator()(const std::vector<std::string>& v) const { return v; }
  Json operator()(DType v) const { return std::string(name_of(v)); }
  Json operator()(const Tensor&) const { fail(ErrorCode::kUnsupported, "layer: a tensor cannot be part of a configuration"); }
};

Result<Attribute> from_json(const Json& json, const AttributeDef& declared, std::string_view component) {
  const auto wrong = [&] {
    return make_error(ErrorCode::kParseError, "{}: '{}' has the wrong type: {}", component, declared.name, dump_json(json).substr(0, 100));
  };
  switch (declared.default_value.value().index()) {
    case 0:
      return json.is_boolean() ? Result<Attribute>(Attribute(json.get<bool>())) : wrong();
    case 1:
      return json.is_number_integer() ? Result<Attribute>(Attribute(json.get<std::int64_t>())) : wrong();
    case 2: {
      LEPTON_TRY(const double number, json_number(json));
      return Attribute(number);
    }
    case 3:
      return json.is_string() ? Result<Attribute>(Attribute(json.get<std::string>())) : wrong();
    case 4:
    case 5: {
      if (!json.is_array()) return wrong();
      const bool integers = declared.default_value.value().index() == 4;
      for (const Json& item : json) {
        if (integers ? !item.is_number_integer() : !item.is_number()) return wrong();
      }
      return integers ? Attribute(json.get<std::vector<std::int64_t>>()) : Attribute(json.get<std::vector<double>>());
    }
    default:
      return wrong();
  }
}

Json pairs_to_json(const std::vector<std::pair<int, int>>& pairs) {
  Json list = Json::array();
  for (const auto& [call, output] : pairs) list.push_back({call, output});
  return list;
}

class NetworkReader {
 public:
  explicit NetworkReader(const Json& json) : json_(json) {}

  Network read() {
    const auto dtype = dtype_from_name(json_get<std::string>(json_, "dtype").value());
    if (!dtype || !is_float(*dtype)) fail(ErrorCode::kParseError, "network: the dtype must be a float");
    for (const Json& input : list(json_, "inputs")) {
      const auto input_dtype = dtype_from_name(json_get<std::string>(input, "dtype").value());
      if (!input_dtype) fail(ErrorCode::kParseError, "network: an input has an unknown dtype");
      const std::int64_t batch_size = input.contains("batch_size") ? json_get<std::int64_t>(input, "batch_size").value() : 0;
      if (batch_size < 0) fail(ErrorCode::kParseError, "network: an input has a batch_size of {}", batch_size);
      inputs_.push_back(Input(integers(input, "shape"),
                              {.dtype = *input_dtype, .name = json_get<std::string>(input, "name").value(), .batch_size = batch_size}));
    }
    for (const Json& layer : list(json_, "layers")) layers_.push_back(read_layer(layer));
    for (const Json& call : list(json_, "calls")) {
      const auto index = static_cast<std::size_t>(json_get<std::int64_t>(call, "layer").value());
      if (index >= layers_.size()) fail(ErrorCode::kParseError, "network: a call names a layer that does not exist");
      calls_.push_back(layers_[index](symbols(list(call, "inputs"))));
    }
    return Network::functional(inputs_, symbols(list(json_, "outputs")), *dtype);
  }

 private:
  static const Json& list(const Json& json, std::string_view key) {
    const Json* member = json_member(json, key).value();
    if (!member->is_array()) fail(ErrorCode::kParseError, "network: '{}' must be a list", key);
    return *member;
  }
  static Dims integers(const Json& json, std::string_view key) {
    Dims dims;
    for (const Json& item : list(json, key)) {
      if (!item.is_number_integer()) fail(ErrorCode::kParseError, "network: '{}' must hold integers", key);
      dims.push_back(item.get<std::int64_t>());
    }
    return dims;
  }
  static Layer read_layer(const Json& json) {
    std::vector<Layer> owned;
    if (json.contains("layers")) {
      for (const Json& layer : list(json, "layers")) owned.push_back(read_layer(layer));
    }
    const std::string class_name = json_get<std::string>(json, "class").value(), name = json_get<std::string>(json, "name").value();
    const LayerDef& def = get_layer(class_name);
    const Layer layer(def, attributes_from_json(*json_member(json, "config").value(), def.config, name).value(), name, std::move(owned));
    layer.set_trainable(json_get<bool>(json, "trainable").value());
    return layer;
  }
  std::vector<Symbol> symbols(const Json& places) const {
    std::vector<Symbol> result;
    for (const Json& place : places) {
      if (!place.is_array() || place.size() != 2 || !place[0].is_number_integer() || !place[1].is_number_integer()) {
        fail(ErrorCode::kParseError, "network: a place must be [call, output]");
      }
      const auto call = place[0].get<std::int64_t>();
      const auto output = place[1].get<std::int64_t>();
      const auto& known = call < 0 ? inputs_ : calls_;
      const auto index = static_cast<std::size_t>(call < 0 ? -1 - call : call);
      if (index >= known.size()) fail(ErrorCode::kParseError, "network: a place names a call that comes later or does not exist");
      if (output < 0 || output > std::numeric_limits<int>::max()) fail(ErrorCode::kParseError, "network: a place has no output {}", output);
      result.push_back(known[index].sibling(static_cast<int>(output)));
    }
    return result;
  }

  const Json& json_;
  std::vector<Symbol> inputs_, calls_;
  std::vector<Layer> layers_;
};

}  // namespace

Json attributes_to_json(const Attributes& attributes) {
  Json json = Json::object();
  for (const auto& [name, value] : attributes) json[name] = std::visit(ToJson{}, value.value());
  return json;
}

Result<Attributes> attributes_from_json(const Json& json, std::span<const AttributeDef> declared, std::string_view component) {
  if (!json.is_object()) return make_error(ErrorCode::kParseError, "{}: the configuration must be an object", component);
  Attributes attributes;
  for (const auto& [key, value] : json.items()) {
    const AttributeDef* known = nullptr;
    for (const AttributeDef& candidate : declared) {
      if (candidate.name == key) known = &candidate;
    }
    // An unknown key is left to complete_attributes, whose error names the nearest one.
    if (known == nullptr) {
      attributes.set(key, Attribute(true));
      continue;
    }
    LEPTON_TRY(Attribute attribute, from_json(value, *known, component));
    attributes.set(key, std::move(attribute));
  }
  return complete_attributes(component, declared, attributes);
}

namespace {

Json layer_to_json(const Layer& layer, const std::string& name) {
  if (layer.def().name == "Custom") {
    fail(ErrorCode::kUnsupported, "network: layer '{}' is made of a C++ function and cannot be saved; export the model to ONNX instead",
         name);
  }
  Json json = {{"class", std::string(layer.def().name)},
               {"name", name},
               {"config", attributes_to_json(layer.config())},
               {"trainable", layer.trainable()}};
  for (const Layer& owned : layer.layers()) json["layers"].push_back(layer_to_json(owned, owned.name()));
  return json;
}

}  // namespace

Json network_to_json(const Network& network) {
  Json json = {
      {"dtype", std::string(name_of(network.dtype()))}, {"inputs", Json::array()}, {"layers", Json::array()}, {"calls", Json::array()}};
  for (const graph::GraphInput& input : network.inputs()) {
    const Dims sample(input.type.shape.begin() + 1, input.type.shape.end());
    json["inputs"].push_back({{"name", input.name}, {"dtype", std::string(name_of(input.type.dtype))}, {"shape", sample}});
    if (network.batch_size() != kAnyDim) json["inputs"].back()["batch_size"] = network.batch_size();
  }
  for (std::size_t i = 0; i < network.layers().size(); ++i) {
    json["layers"].push_back(layer_to_json(network.layers()[i], network.layer_name(i)));
  }
  for (const Network::Call& call : network.calls())
    json["calls"].push_back({{"layer", call.layer}, {"inputs", pairs_to_json(call.inputs)}});
  json["outputs"] = pairs_to_json(network.output_calls());
  return json;
}

Result<Network> network_from_json(const Json& json) {
  return catch_error([&] { return NetworkReader(json).read(); });
}

}  // namespace lepton::nn
