// A model's configuration as Keras writes it (model_config of .h5 files, config.json of .keras files) as a network of ours.
//
// Source: what Keras 2.4 and 3.15 write. It is data: nothing in it is run.
#pragma once

#include <string>
#include <vector>

#include "lepton/base/json_fwd.hpp"
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
};

/// Reads {"class_name": "Sequential" or "Functional", "config": …}. Models within it are put in place of their calls.
/// Errors:  kUnsupported naming all layers that Lepton lacks, or the setting that it lacks; Python code (Lambda) is never run;
///          kParseError, kDataCorrupt for what does not fit together.
Result<KerasModel> model_from_keras(const Json& config);

}  // namespace lepton::zoo
