// Calls of layers are made in the order in which their inputs become known, whatever the order in the file.
#include "lepton/zoo/keras_files/model_config.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "lepton/base/json.hpp"
#include "lepton/zoo/keras_files/layer_config.hpp"

namespace lepton::zoo {
namespace {

constexpr std::size_t kMaxLayers = 10'000;
constexpr int kMaxDepth = 16;  // of models within models

// Whose inputs are whole numbers, which single precision does not hold from 2^24 on.
bool takes_symbols(const std::string& class_name) {
  return class_name == "Embedding" || class_name == "IntegerLookup" || class_name == "CategoryEncoding";
}

bool is_model(const std::string& class_name) { return class_name == "Sequential" || class_name == "Functional" || class_name == "Model"; }

std::string text_of(const Json& json, std::string_view key) { return json_get<std::string>(json, key).value(); }
const Json& member(const Json& json, std::string_view key) { return *json_member(json, key).value(); }

const Json& layers_of(const Json& model) {
  const Json& config = member(model, "config");
  const Json& layers = config.is_array() ? config : member(config, "layers");  // Keras 2.2 wrote a Sequential's layers alone
  if (!layers.is_array()) fail(ErrorCode::kParseError, "keras: 'layers' must be a list");
  if (layers.size() > kMaxLayers) fail(ErrorCode::kResourceExhausted, "keras: a model of {} layers", layers.size());
  return layers;
}

// Operations by which Keras notes where a mask comes from. Our layers hand masks on by themselves.
bool makes_mask(const Json& layer) {
  const std::string class_name = text_of(layer, "class_name");
  return class_name == "NotEqual" || class_name == "Any";
}

void find_missing_of(const Json& layer, int depth, std::set<std::string>& missing) {
  if (depth > kMaxDepth) fail(ErrorCode::kResourceExhausted, "keras: layers more than {} deep in each other", kMaxDepth);
  const std::string class_name = text_of(layer, "class_name");
  if (class_name == "Lambda") {
    missing.insert("Lambda (Python code in a file is never run)");
  } else if (std::ranges::find(nn::all_layers(), our_class_name(class_name), &nn::LayerDef::name) == nn::all_layers().end()) {
    missing.insert(class_name);
  }
  for (const Json& owned : owned_layers(member(layer, "config"))) find_missing_of(owned, depth + 1, missing);
}

void find_missing(const Json& model, int depth, std::set<std::string>& missing) {
  if (depth > kMaxDepth) fail(ErrorCode::kResourceExhausted, "keras: models more than {} deep in each other", kMaxDepth);
  for (const Json& layer : layers_of(model)) {
    const std::string class_name = text_of(layer, "class_name");
    if (makes_mask(layer)) continue;
    if (is_model(class_name)) {
      find_missing(layer, depth + 1, missing);
    } else if (class_name != "InputLayer") {
      find_missing_of(layer, 0, missing);
    }
  }
}

// True if a layer of the model, or one that it owns, goes on where the batch before ended. `find_missing` has checked the depth.
bool has_stateful_layer(const Json& model) {
  const auto stateful = [](const auto& self, const Json& layer) -> bool {
    if (is_model(text_of(layer, "class_name"))) return has_stateful_layer(layer);
    const Json& config = member(layer, "config");
    if (config.is_object() && config.value("stateful", Json(false)) == true) return true;
    return std::ranges::any_of(owned_layers(config), [&](const Json& owned) { return self(self, owned); });
  };
  return std::ranges::any_of(layers_of(model), [&](const Json& layer) { return stateful(stateful, layer); });
}

// Where a tensor of a functional model comes from.
struct Place {
  std::string layer;
  std::int64_t call = 0, output = 0;
};

Place place_of(const Json& json) {
  if (!json.is_array() || json.size() < 3 || !json[0].is_string() || !json[1].is_number_integer() || !json[2].is_number_integer())
    fail(ErrorCode::kParseError, "keras: a tensor must be [layer, call, output], not {}", dump_json(json).substr(0, 100));
  return {json[0].get<std::string>(), json[1].get<std::int64_t>(), json[2].get<std::int64_t>()};
}

// ["dense", 0, 0], or a list or object of such.
void collect_places(const Json& json, std::vector<Place>& places, int depth = 0) {
  if (depth > kMaxDepth) fail(ErrorCode::kParseError, "keras: tensors nested too deep");
  if (json.is_array() && !json.empty() && json[0].is_string()) return places.push_back(place_of(json));
  if (!json.is_array() && !json.is_object()) fail(ErrorCode::kParseError, "keras: a tensor must be [layer, call, output]");
  for (const Json& one : json) collect_places(one, places, depth + 1);
}

// Arguments of a call that are tensors, in the order in which our layers take them; masks; and what our layers have as settings.
constexpr std::array<const char*, 7> kTensorArguments = {"inputs", "x", "sequence", "query", "value", "key", "initial_state"};
constexpr std::array<const char*, 4> kMasks = {"mask", "query_mask", "value_mask", "key_mask"};
constexpr std::array<const char*, 2> kSettings = {"use_causal_mask", "return_attention_scores"};

// The tensors among a call's arguments, as Keras 3 writes them.
void collect_tensors(const Json& json, std::vector<Place>& places, const std::string& layer, int depth = 0) {
  if (depth > kMaxDepth) fail(ErrorCode::kParseError, "keras: tensors nested too deep");
  if (json.is_array()) {
    for (const Json& one : json) collect_tensors(one, places, layer, depth + 1);
  } else if (json.is_object() && json.value("class_name", "") == "__keras_tensor__") {
    places.push_back(place_of(member(member(json, "config"), "keras_history")));
  } else if (!json.is_null() && json != false && json != true) {
    fail(ErrorCode::kUnsupported, "keras: the layer '{}' is called with {}, which is no tensor", layer, dump_json(json).substr(0, 100));
  }
}

// Named arguments: tensors go to `places`, masks come with them, flags say how to train.
void collect_named(const Json& arguments, std::vector<Place>& places, const std::string& layer) {
  if (!arguments.is_object()) return;
  for (const char* name : kTensorArguments) {
    const auto found = arguments.find(name);
    if (found == arguments.end() || found->is_null()) continue;
    if (found->is_array() && !found->empty() && (*found)[0].is_string()) {
      places.push_back(place_of(*found));  // as Keras 2 writes it
    } else {
      collect_tensors(*found, places, layer);
    }
  }
  for (const auto& [name, value] : arguments.items()) {
    const bool known =
        std::ranges::find(kTensorArguments, name) != kTensorArguments.end() || std::ranges::find(kMasks, name) != kMasks.end();
    if (!value.is_null() && !value.is_boolean() && !known)
      fail(ErrorCode::kUnsupported, "keras: the layer '{}' is called with '{}', which Lepton does not read", layer, name);
  }
}

std::vector<Place> inputs_of_call(const Json& call, const std::string& layer) {
  std::vector<Place> places;
  if (call.is_object()) {
    collect_tensors(member(call, "args"), places, layer);
    if (const auto named = call.find("kwargs"); named != call.end()) collect_named(*named, places, layer);
    return places;
  }
  if (!call.is_array()) fail(ErrorCode::kParseError, "keras: the layer '{}' has a call that is no list", layer);
  for (const Json& one : call) {
    places.push_back(place_of(one));
    if (one.size() > 3) collect_named(one[3], places, layer);
  }
  return places;
}

// Masks that a model's calls name must be those that its Masking and Embedding layers make: then they come with the tensors.
class MaskCheck {
 public:
  explicit MaskCheck(const Json& layers) : layers_(layers) {}

  void check(const Json& layer) const {
    const std::string name = text_of(layer, "name");
    for (const Json& call : member(layer, "inbound_nodes")) {
      if (!call.is_object() || !call.contains("kwargs") || !call["kwargs"].is_object()) continue;
      for (const char* mask : kMasks) {
        const auto given = call["kwargs"].find(mask);
        if (given == call["kwargs"].end() || given->is_null()) continue;
        std::vector<Place> places;
        collect_tensors(*given, places, name);
        for (const Place& place : places) {
          if (!comes_by_itself(place))
            fail(ErrorCode::kUnsupported, "keras: the layer '{}' is called with a mask that no Masking or Embedding makes", name);
        }
      }
    }
  }

 private:
  const Json* find(const std::string& name) const {
    for (const Json& layer : layers_) {
      if (text_of(layer, "name") == name) return &layer;
    }
    return nullptr;
  }
  static Place input_of(const Json& layer) {
    std::vector<Place> places;
    const Json& calls = member(layer, "inbound_nodes");
    if (!calls.is_array() || calls.size() != 1) return {};
    const Json& arguments = member(calls[0], "args");
    if (arguments.is_array() && !arguments.empty()) collect_tensors(arguments[0], places, text_of(layer, "name"));
    return places.empty() ? Place{} : places[0];
  }
  bool comes_by_itself(const Place& mask) const {
    const Json* maker = find(mask.layer);
    if (maker == nullptr || !makes_mask(*maker)) return false;
    const bool of_steps = text_of(*maker, "class_name") == "Any";
    if (of_steps) maker = find(input_of(*maker).layer);
    if (maker == nullptr || text_of(*maker, "class_name") != "NotEqual") return false;
    const Place source = input_of(*maker);
    if (source.layer.empty()) return false;
    const Json& arguments = member(member(*maker, "inbound_nodes")[0], "args");
    if (arguments.size() < 2) return false;
    const Json& value = arguments[1];
    return std::ranges::any_of(layers_, [&](const Json& layer) {
      if (text_of(layer, "class_name") != (of_steps ? "Masking" : "Embedding")) return false;
      const Json& config = member(layer, "config");
      if (!config.is_object()) return false;
      const bool same =
          of_steps ? config.value("mask_value", Json(0.0)) == value : config.value("mask_zero", Json(false)) == true && value == 0;
      const Place from = input_of(layer);
      return same && from.layer == source.layer && from.call == source.call && from.output == source.output;
    });
  }

  const Json& layers_;
};

// Keras writes a name, or the policy that has it. Half precision is read as single.
bool computes_in_double(const Json& config) {
  const auto dtype = config.is_object() ? config.find("dtype") : config.end();
  if (!config.is_object() || dtype == config.end()) return false;
  const Json name = dtype->is_object() && dtype->contains("config") ? (*dtype)["config"].value("name", Json()) : *dtype;
  return name == "float64";
}

// The configuration with what Keras takes when it calls the layer; all calls must agree.
Json with_settings(const Json& layer) {
  Json config = member(layer, "config");
  const auto calls = layer.find("inbound_nodes");
  if (!config.is_object() || calls == layer.end() || !calls->is_array()) return config;
  bool first = true;
  for (const Json& call : *calls) {
    const Json none = Json::object();
    const Json* named = &none;
    if (call.is_object() && call.contains("kwargs")) named = &call["kwargs"];
    if (call.is_array() && !call.empty() && call[0].is_array() && call[0].size() > 3) named = &call[0][3];
    for (const char* name : kSettings) {
      const bool wanted = named->is_object() && named->value(name, Json(false)) == true;
      if (!first && config.value(name, false) != wanted)
        fail(ErrorCode::kUnsupported, "keras: the layer '{}' is called with '{}' and without", text_of(layer, "name"), name);
      if (wanted) config[name] = true;
    }
    first = false;
  }
  return config;
}

class ModelReader {
 public:
  KerasModel read(const Json& model) {
    std::set<std::string> missing;
    if (!is_model(text_of(model, "class_name"))) fail(ErrorCode::kUnsupported, "keras: a {} is no model", text_of(model, "class_name"));
    find_missing(model, 0, missing);
    if (!missing.empty())
      fail(ErrorCode::kUnsupported, "keras: Lepton does not have {} of the model's layers: {}", missing.size(), fmt::join(missing, ", "));
    // Only there does a fixed number of samples mean more than how the model happened to be made.
    fixed_batch_ = has_stateful_layer(model);
    std::vector<KerasLayer> layers;
    const std::vector<nn::Symbol> outputs = read_model(model, nullptr, "", layers);
    KerasModel made{nn::Network::functional(inputs_, outputs, in_double_ ? DType::kF64 : DType::kF32), std::move(layers)};
    check_axes(made.network);
    const Json& whole = member(model, "config");
    if (whole.is_object() && whole.contains("name") && whole["name"].is_string()) made.name = whole["name"];
    return made;
  }

 private:
  using Symbols = std::vector<nn::Symbol>;

  // `given`: what a model within another is called with; null for the outermost, whose inputs are made.
  Symbols read_model(const Json& model, const Symbols* given, const std::string& prefix, std::vector<KerasLayer>& tree) {
    return text_of(model, "class_name") == "Sequential" ? sequential(model, given, prefix, tree) : functional(model, given, prefix, tree);
  }

  Symbols sequential(const Json& model, const Symbols* given, const std::string& prefix, std::vector<KerasLayer>& tree) {
    Symbols x = given == nullptr ? Symbols() : *given;
    const Json& layers = layers_of(model);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const Json& layer = layers[i];
      if (text_of(layer, "class_name") == "InputLayer") {
        const bool to_symbols = i + 1 < layers.size() && takes_symbols(text_of(layers[i + 1], "class_name"));
        tree.push_back({text_of(member(layer, "config"), "name"), "InputLayer"});
        if (x.empty()) x = {make_input(member(layer, "config"), to_symbols)};
        continue;
      }
      if (x.empty()) x = {make_input(input_config(layer, model), takes_symbols(text_of(layer, "class_name")))};
      x = Caller(*this, layer, prefix, tree)(x);
    }
    return x;
  }

  // Without an InputLayer the first layer, or the model, says what comes in.
  static const Json& input_config(const Json& layer, const Json& model) {
    const Json& config = member(layer, "config");
    if (config.contains("batch_input_shape") || config.contains("batch_shape")) return config;
    if (is_model(text_of(layer, "class_name"))) return input_config(layers_of(layer).at(0), layer);
    const Json& whole = member(model, "config");
    if (whole.is_object() && whole.contains("build_input_shape")) return whole;
    fail(ErrorCode::kUnsupported, "keras: the model was never built: it does not say the shape of its input");
  }

  Symbols functional(const Json& model, const Symbols* given, const std::string& prefix, std::vector<KerasLayer>& tree) {
    const Json& config = member(model, "config");
    const Json& layers = layers_of(model);
    std::map<std::string, std::vector<Symbols>> made;  // by layer and call
    std::vector<Place> inputs, outputs;
    collect_places(member(config, "input_layers"), inputs);
    collect_places(member(config, "output_layers"), outputs);
    if (given != nullptr && given->size() != inputs.size())
      fail(ErrorCode::kDataCorrupt, "keras: a model of {} inputs is called with {}", inputs.size(), given->size());
    const std::set<std::string> to_symbols = inputs_of_symbols(layers);
    std::vector<Caller> callers;
    std::map<std::string, int> num_outputs;
    for (const Place& place : outputs) count_output(place, num_outputs);
    const MaskCheck masks(layers);
    for (const Json& layer : layers) {
      if (makes_mask(layer)) continue;
      const Json& calls = member(layer, "inbound_nodes");
      if (!calls.is_array()) fail(ErrorCode::kParseError, "keras: the calls of '{}' must be a list", text_of(layer, "name"));
      for (const Json& call : calls) {
        for (const Place& place : inputs_of_call(call, text_of(layer, "name"))) count_output(place, num_outputs);
      }
      masks.check(layer);
    }
    tree.reserve(layers.size());  // callers keep places in it
    for (const Json& layer : layers) callers.emplace_back(*this, layer, prefix, tree, num_outputs[text_of(layer, "name")]);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto layer = std::ranges::find_if(layers, [&](const Json& one) { return text_of(one, "name") == inputs[i].layer; });
      if (layer == layers.end()) fail(ErrorCode::kDataCorrupt, "keras: the input '{}' is no layer", inputs[i].layer);
      made[inputs[i].layer] = {given != nullptr ? Symbols{(*given)[i]}
                                                : Symbols{make_input(member(*layer, "config"), to_symbols.contains(inputs[i].layer))}};
    }
    call_all(layers, callers, made);
    Symbols results;
    for (const Place& place : outputs) {
      const auto symbol = find(made, place);
      if (!symbol) fail(ErrorCode::kDataCorrupt, "keras: nothing makes the output '{}'", place.layer);
      results.push_back(*symbol);
    }
    return results;
  }

  // How many outputs of a layer are used.
  static void count_output(const Place& place, std::map<std::string, int>& counts) {
    constexpr std::int64_t kMost = 64;
    if (place.output < 0 || place.output >= kMost) fail(ErrorCode::kDataCorrupt, "keras: '{}' has no output {}", place.layer, place.output);
    int& count = counts[place.layer];
    count = std::max(count, static_cast<int>(place.output) + 1);
  }

  static std::set<std::string> inputs_of_symbols(const Json& layers) {
    std::set<std::string> names;
    for (const Json& layer : layers) {
      if (!takes_symbols(text_of(layer, "class_name"))) continue;
      for (const Json& call : member(layer, "inbound_nodes")) {
        for (const Place& place : inputs_of_call(call, text_of(layer, "name"))) names.insert(place.layer);
      }
    }
    return names;
  }

  static std::optional<nn::Symbol> find(const std::map<std::string, std::vector<Symbols>>& made, const Place& place) {
    const auto layer = made.find(place.layer);
    if (layer == made.end() || place.call < 0 || place.call >= std::ssize(layer->second)) return std::nullopt;
    const Symbols& outputs = layer->second[static_cast<std::size_t>(place.call)];
    if (place.output < 0 || place.output >= std::ssize(outputs))
      fail(ErrorCode::kDataCorrupt, "keras: '{}' has no output {}", place.layer, place.output);
    return outputs[static_cast<std::size_t>(place.output)];
  }

  // One call of a layer of ours, or of a model whose layers are put in its place. A layer called again shares its weights.
  class Caller {
   public:
    Caller(ModelReader& reader, const Json& json, const std::string& prefix, std::vector<KerasLayer>& tree, int num_outputs = 1)
        : reader_(&reader), json_(&json), prefix_(prefix), tree_(&tree), place_(tree.size()), num_outputs_(std::max(num_outputs, 1)) {
      const std::string class_name = text_of(json, "class_name");
      const Json& config = member(json, "config");
      name_ = json.contains("name") ? text_of(json, "name") : config.is_object() ? text_of(config, "name") : std::string();
      tree.push_back({name_, class_name});
      if (class_name == "InputLayer" || is_model(class_name) || makes_mask(json)) return;
      layer_ = reader.make_layer(json, name_, prefix);
      tree.back().ours = layer_->name();
    }
    Symbols operator()(const Symbols& inputs) {
      if (layer_) return layer_->outputs(inputs, num_outputs_);
      KerasLayer& node = (*tree_)[place_];
      if (!node.layers.empty()) fail(ErrorCode::kUnsupported, "keras: the model '{}' is used more than once", name_);
      return reader_->read_model(*json_, &inputs, prefix_ + name_ + "/", node.layers);
    }

   private:
    ModelReader* reader_;
    const Json* json_;
    std::string prefix_, name_;
    std::vector<KerasLayer>* tree_;
    std::size_t place_;
    int num_outputs_;
    std::optional<nn::Layer> layer_;
  };

  static void call_all(const Json& layers, std::vector<Caller>& callers, std::map<std::string, std::vector<Symbols>>& made) {
    std::size_t waiting = 1, before = 0;
    while (waiting > 0 && waiting != before) {
      before = waiting;
      waiting = 0;
      for (std::size_t i = 0; i < layers.size(); ++i) {
        if (makes_mask(layers[i])) continue;
        const std::string name = text_of(layers[i], "name");
        const Json& calls = member(layers[i], "inbound_nodes");
        for (std::size_t k = made[name].size(); k < calls.size(); ++k) {
          Symbols inputs;
          const std::vector<Place> places = inputs_of_call(calls[k], name);
          for (const Place& place : places) {
            if (const auto symbol = find(made, place)) inputs.push_back(*symbol);
          }
          if (inputs.empty() || inputs.size() != places.size()) {
            ++waiting;
            break;
          }
          made[name].push_back(callers[i](inputs));
        }
      }
    }
    if (waiting > 0) fail(ErrorCode::kDataCorrupt, "keras: {} layers are called with what nothing makes", waiting);
  }

  nn::Layer make_layer(const Json& json, const std::string& name, const std::string& prefix) {
    const std::string class_name = text_of(json, "class_name");
    const Json config = with_settings(json);
    const std::string ours = names_.insert(name).second ? name : prefix + name;
    const nn::Layer layer = layer_from_keras(class_name, config, ours);
    in_double_ = in_double_ || computes_in_double(config);
    layer.set_trainable(!config.is_object() || config.value("trainable", Json(true)) != false);
    if (const auto axis = config.find("axis"); axis != config.end())
      axes_[ours] = axis->is_array() && axis->size() == 1 ? (*axis)[0] : *axis;
    return layer;
  }

  // Layers that work on the last axis say so in the file by its number.
  void check_axes(const nn::Network& network) const {
    for (const nn::Network::Call& call : network.calls()) {
      const std::string& name = network.layer_name(call.layer);
      const auto axis = axes_.find(name);
      const nn::LayerDef& def = network.layers()[call.layer].def();
      const bool declared = std::ranges::find(def.config, "axis", &AttributeDef::name) != def.config.end();
      if (axis == axes_.end() || (declared && def.name != "BatchNormalization") || call.output_shapes.empty()) continue;
      const int rank = call.output_shapes[0].rank();
      if (axis->second != -1 && axis->second != rank - 1)
        fail(ErrorCode::kUnsupported, "keras: '{}' works on axis {}, Lepton's {} on the last", name, dump_json(axis->second), def.name);
    }
  }

  nn::Symbol make_input(const Json& config, bool to_symbols) {
    const Json* shape = nullptr;
    for (const char* key : {"batch_shape", "batch_input_shape", "build_input_shape"}) {
      if (const auto found = config.find(key); found != config.end()) shape = &*found;
    }
    if (shape == nullptr || !shape->is_array() || shape->empty()) fail(ErrorCode::kParseError, "keras: an input has no shape");
    Dims dims;
    for (std::size_t i = 0; i < shape->size(); ++i) {
      const Json& size = (*shape)[i];
      if (!size.is_null() &&
          (!size.is_number_integer() || size.get<std::int64_t>() < 1 || size.get<std::int64_t>() > (std::int64_t{1} << 32)))
        fail(ErrorCode::kParseError, "keras: an input has the size {}", dump_json(size));
      dims.push_back(size.is_null() ? kAnyDim : size.get<std::int64_t>());
    }
    const Json name = config.value("name", Json(""));
    const std::int64_t batch_size = fixed_batch_ && dims[0] != kAnyDim ? dims[0] : 0;
    inputs_.push_back(nn::Input({dims.begin() + 1, dims.end()}, {.dtype = to_symbols ? DType::kI64 : DType::kF32,
                                                                 .name = name.is_string() ? name.get<std::string>() : "",
                                                                 .batch_size = batch_size}));
    return inputs_.back();
  }

  Symbols inputs_;
  bool fixed_batch_ = false;
  std::set<std::string> names_;
  bool in_double_ = false;
  std::map<std::string, Json> axes_;  // of layers that name one
};

}  // namespace

Result<KerasModel> model_from_keras(const Json& config) {
  return catch_error([&] { return ModelReader().read(config); });
}

}  // namespace lepton::zoo
