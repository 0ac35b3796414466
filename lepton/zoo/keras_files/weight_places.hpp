// Where Keras 3 keeps the weights of a network's layers in .keras and .weights.h5 files: layers/<key>/…/vars/<number>.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lepton/nn/network.hpp"

namespace lepton::zoo {

/// Keras's key of a layer among others: its class, numbered. `counts` holds how many of each class came before.
std::string key_of(std::string_view class_name, std::map<std::string, int>& counts);

/// The network's layers in Keras's order: by distance from the outputs, the farthest first; of one distance, in the order in which the way
/// from the inputs meets them.
std::vector<std::size_t> layers_in_keras_order(const nn::Network& network);

/// The path of each weight, in the order of network.weights().
std::vector<std::string> weight_places(const nn::Network& network);

}  // namespace lepton::zoo
