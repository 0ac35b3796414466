// A layer's weights lie with the part of it that owns them: the cell of a recurrent layer, the layer that another wraps.
#include "lepton/zoo/keras_files/weight_places.hpp"

#include <algorithm>
#include <numeric>

namespace lepton::zoo {
namespace {

constexpr const char* kWithCell[] = {"SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"};

// Our name of a projection, and Keras's attribute.
struct Projection {
  std::string_view ours, keras;
};
constexpr Projection kProjections[] = {{"query/", "query_dense/"},
                                       {"key/", "key_dense/"},
                                       {"gate/", "gate_dense/"},
                                       {"value/", "value_dense/"},
                                       {"attention_output/", "output_dense/"}};

bool is_attention(std::string_view name) { return name == "MultiHeadAttention" || name == "GroupQueryAttention"; }

// Removes the first part of `rest`, the name of a layer within, and returns it.
std::string take_part(std::string& rest) {
  const std::size_t slash = rest.find('/');
  LEPTON_ASSERT(slash != std::string::npos, rest);
  std::string part = rest.substr(0, slash);
  rest.erase(0, slash + 1);
  return part;
}

// `rest` is the name of a weight below the layer's; returns the folder in which Keras keeps it, and leaves the weight's own name.
std::string folder_of(const nn::Layer& layer, std::string& rest) {
  const std::string_view name = layer.def().name;
  if (std::ranges::find(kWithCell, name) != std::end(kWithCell)) return "cell/";
  if (is_attention(name)) {
    for (const Projection& one : kProjections) {
      if (!rest.starts_with(one.ours)) continue;
      take_part(rest);
      const bool hidden = name == "GroupQueryAttention" || one.ours == "gate/";
      return (hidden ? "_" : "") + std::string(one.keras);
    }
    return "";
  }
  if (layer.layers().empty()) return "";
  const std::string part = take_part(rest);
  if (name == "Bidirectional") {
    const bool forward = part.starts_with("forward_");
    return (forward ? "forward_layer/" : "backward_layer/") + folder_of(forward ? layer.layers().front() : layer.layers().back(), rest);
  }
  if (name != "StackedRNNCells") {
    return (name == "RNN" ? "cell/" : "layer/") + folder_of(layer.layers().front(), rest);
  }
  // The part ends in the number of the cell.
  const auto number = static_cast<std::size_t>(std::stoul(part.substr(part.rfind('_') + 1)));
  std::map<std::string, int> counts;
  std::string key;
  for (std::size_t i = 0; i <= number; ++i) key = key_of(layer.layers().at(i).def().name, counts);
  return "cells/" + key + "/" + folder_of(layer.layers().at(number), rest);
}

}  // namespace

std::string key_of(std::string_view class_name, std::map<std::string, int>& counts) {
  // One class goes by two names: by this one in configurations, by the other here.
  const std::string base = class_name == "GroupQueryAttention" ? "grouped_query_attention" : nn::snake_case(class_name);
  const int count = counts[base]++;
  return count == 0 ? base : fmt::format("{}_{}", base, count);
}

std::vector<std::size_t> layers_in_keras_order(const nn::Network& network) {
  const std::vector<nn::Network::Call>& calls = network.calls();
  std::vector<int> of_call(calls.size(), 0), of_layer(network.layers().size(), 0);
  for (std::size_t i = calls.size(); i-- > 0;) {
    int& depth = of_layer[calls[i].layer];  // a call of a layer is as far as the farthest behind it
    depth = of_call[i] = std::max(of_call[i], depth);
    for (const auto& [call, output] : calls[i].inputs) {
      if (call < 0) continue;
      int& before = of_call[static_cast<std::size_t>(call)];
      before = std::max(before, of_call[i] + 1);
    }
  }
  std::vector<std::size_t> order(of_layer.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t layer) { return of_layer[layer]; });
  return order;
}

std::vector<std::string> weight_places(const nn::Network& network) {
  std::map<std::string, int> counts, numbers;
  std::vector<std::string> keys(network.layers().size()), places;
  for (const std::size_t layer : layers_in_keras_order(network)) keys[layer] = key_of(network.layers()[layer].def().name, counts);
  for (const nn::Weight& weight : network.weights()) {
    const std::size_t layer = network.layer_of(weight);
    std::string rest = weight.name.substr(network.layer_name(layer).size() + 1);
    const std::string folder = "layers/" + keys[layer] + "/" + folder_of(network.layers()[layer], rest) + "vars/";
    places.push_back(folder + std::to_string(numbers[folder]++));
  }
  return places;
}

}  // namespace lepton::zoo
