// A network as Keras describes models. Masks are not written: Keras's layers hand them on by themselves, as ours do.
#include <algorithm>
#include <array>
#include <set>

#include "lepton/base/json.hpp"
#include "lepton/zoo/keras_files/layer_config.hpp"
#include "lepton/zoo/keras_files/model_config.hpp"
#include "lepton/zoo/keras_files/weight_places.hpp"

namespace lepton::zoo {
namespace {

// Layers that are called with their inputs one after the other, and those that take states behind the first; all others take a list.
constexpr std::array<std::string_view, 3> kSpread = {"MultiHeadAttention", "GroupQueryAttention", "CategoryEncoding"};
constexpr std::array<std::string_view, 11> kWithStates = {
    "SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "RNN", "Bidirectional", "SimpleRNNCell", "LSTMCell", "GRUCell"};
constexpr std::array<const char*, 2> kFlags = {"use_causal_mask", "return_attention_scores"};

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string dtype_text(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return "float32";
    case DType::kF64:
      return "float64";
    case DType::kI32:
      return "int32";
    case DType::kI64:
      return "int64";
    case DType::kU8:
      return "uint8";
    default:
      fail(ErrorCode::kUnsupported, "keras: an input of {} is not written", name_of(dtype));
  }
}

Json shape_json(const Shape& shape) {
  Json sizes = Json::array();
  for (const std::int64_t size : shape) sizes.push_back(size == kAnyDim ? Json() : Json(size));
  return sizes;
}

class ModelWriter {
 public:
  ModelWriter(const nn::Network& network, const std::string& name) : network_(network), name_(name.empty() ? "model" : name) {
    for (const graph::GraphInput& input : network.inputs()) input_names_.push_back(unique(input.name));
    for (std::size_t i = 0; i < network.layers().size(); ++i) layer_names_.push_back(unique(network.layer_name(i)));
  }

  WrittenModel write() {
    const bool row = is_row();
    Json config = {{"name", name_}, {"trainable", true}, {"dtype", dtype_text(network_.dtype())}, {"layers", Json::array()}};
    for (std::size_t i = 0; i < input_names_.size(); ++i) config["layers"].push_back(input(i, !row));
    for (const std::size_t i : layers_in_keras_order(network_)) {
      Json layer = layer_to_keras(network_.layers()[i], layer_names_[i], network_.dtype());
      if (!row) {
        layer["name"] = layer_names_[i];
        layer["inbound_nodes"] = calls_of(i);
      }
      config["layers"].push_back(std::move(layer));
    }
    if (!row) {
      std::vector<std::pair<int, int>> inputs;
      for (int i = 0; i < static_cast<int>(input_names_.size()); ++i) inputs.emplace_back(-1 - i, 0);
      config["input_layers"] = places(inputs);
      config["output_layers"] = places(network_.output_calls());
    }
    return {{{"module", row ? "keras" : "keras.src.models.functional"},
             {"class_name", row ? "Sequential" : "Functional"},
             {"config", std::move(config)},
             {"registered_name", row ? Json() : Json("Functional")}},
            layer_names_};
  }

 private:
  // Keras's names are different from each other and have no '/'.
  std::string unique(std::string name) {
    std::ranges::replace(name, '/', '_');
    std::string made = name;
    for (int number = 1; !taken_.insert(made).second; ++number) made = fmt::format("{}_{}", name, number);
    return made;
  }

  // Each layer takes what the one before gives, and nothing else.
  bool is_row() const {
    if (input_names_.size() != 1 || network_.calls().size() != network_.layers().size()) return false;
    int before = -1;
    for (std::size_t i = 0; i < network_.calls().size(); ++i) {
      const nn::Network::Call& call = network_.calls()[i];
      if (call.inputs != std::vector{std::pair(before, 0)} || call.output_shapes.size() != 1) return false;
      before = static_cast<int>(i);
    }
    return before >= 0 && network_.output_calls() == std::vector{std::pair(before, 0)};
  }

  Json input(std::size_t i, bool with_calls) const {
    const TensorType& type = network_.inputs()[i].type;
    Json layer = {{"module", "keras.layers"},
                  {"class_name", "InputLayer"},
                  {"config",
                   {{"batch_shape", shape_json(type.shape)},
                    {"dtype", dtype_text(type.dtype)},
                    {"sparse", false},
                    {"ragged", false},
                    {"name", input_names_[i]}}},
                  {"registered_name", nullptr}};
    if (with_calls) {
      layer["name"] = input_names_[i];
      layer["inbound_nodes"] = Json::array();
    }
    return layer;
  }

  // [layer, its how manieth call, output]
  Json place(const std::pair<int, int>& from) const {
    const auto& [call, output] = from;
    if (call < 0) return {input_names_[static_cast<std::size_t>(-1 - call)], 0, 0};
    const auto& calls = network_.calls();
    const std::size_t layer = calls[static_cast<std::size_t>(call)].layer;
    const auto number = std::count_if(calls.begin(), calls.begin() + call, [&](const auto& one) { return one.layer == layer; });
    return {layer_names_[layer], number, output};
  }
  Json places(const std::vector<std::pair<int, int>>& all) const {
    if (all.size() == 1) return place(all[0]);
    Json list = Json::array();
    for (const auto& one : all) list.push_back(place(one));
    return list;
  }

  Json tensor(const std::pair<int, int>& from) const {
    const auto& [call, output] = from;
    const bool is_input = call < 0;
    const TensorType type =
        is_input ? network_.inputs()[static_cast<std::size_t>(-1 - call)].type
                 : TensorType{network_.dtype(),
                              network_.calls()[static_cast<std::size_t>(call)].output_shapes.at(static_cast<std::size_t>(output))};
    return {{"class_name", "__keras_tensor__"},
            {"config", {{"shape", shape_json(type.shape)}, {"dtype", dtype_text(type.dtype)}, {"keras_history", place(from)}}}};
  }

  Json arguments(std::string_view layer, const std::vector<std::pair<int, int>>& inputs) const {
    Json tensors = Json::array();
    for (const auto& input : inputs) tensors.push_back(tensor(input));
    if (tensors.size() == 1 || is_one_of(kSpread, layer)) return tensors;
    if (!is_one_of(kWithStates, layer)) return Json::array({std::move(tensors)});
    Json first = std::move(tensors[0]);
    tensors.erase(tensors.begin());
    return Json::array({std::move(first), std::move(tensors)});
  }

  Json calls_of(std::size_t layer) const {
    Json calls = Json::array();
    const nn::Layer& called = network_.layers()[layer];
    Json flags = Json::object();
    for (const char* flag : kFlags) {
      if (const Attribute* set = called.config().find(flag); set != nullptr && *set == Attribute(true)) flags[flag] = true;
    }
    for (const nn::Network::Call& call : network_.calls()) {
      if (call.layer == layer) calls.push_back({{"args", arguments(called.def().name, call.inputs)}, {"kwargs", flags}});
    }
    return calls;
  }

  const nn::Network& network_;
  std::string name_;
  std::set<std::string> taken_;
  std::vector<std::string> input_names_, layer_names_;
};

}  // namespace

WrittenModel model_to_keras(const nn::Network& network, const std::string& name) { return ModelWriter(network, name).write(); }

}  // namespace lepton::zoo
