// A model's configuration as Keras writes it (model_config of .h5 files, config.json of .keras files) as a network of ours, and back.
//
// Source: what Keras 2.4 and 3.15 write. It is data: nothing in it is run.
#pragma once

#include <string>
#include <vector>

#include "lepton/base/json.hpp"
#include "lepton/nn/network.hpp"

namespace lepton::zoo {

/// A layer as the file has it; a model within a model has layers of its own.
struct KerasLayer {
  std::string name, class_name;
  std::string ours;                // name in our network; "" for models and inputs
  std::vector<KerasLayer> layers;  // of a model
};

struct KerasModel {
  nn::Network network;
  std::vector<KerasLayer> layers;  // in the file's order
  std::string name = "model";
};

/// Reads {"class_name": "Sequential" or "Functional", "config": …}. Models within it are put in place of their calls.
/// Errors:  kUnsupported naming all layers that Lepton lacks, or the setting that it lacks; Python code (Lambda) is never run;
///          kParseError, kDataCorrupt for what does not fit together.
Result<KerasModel> model_from_keras(const Json& config);

struct WrittenModel {
  Json config;
  std::vector<std::string> layer_names;  // of network.layers(), as the configuration has them
};

/// The configuration as Keras 3 writes it: "Sequential" for a row of layers, "Functional" for all else.
/// Throws kUnsupported, naming the layer, for what Keras lacks.
WrittenModel model_to_keras(const nn::Network& network, const std::string& name);

}  // namespace lepton::zoo
