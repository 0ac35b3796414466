// Keras's configuration of one layer as ours, and the other way round.
#pragma once

#include <string>
#include <vector>

#include "lepton/base/json_fwd.hpp"
#include "lepton/nn/layer.hpp"

namespace lepton::zoo {

/// The layer that Keras's get_config() describes, with the layers that it owns (of Bidirectional, TimeDistributed, RNN). Nested objects
/// such as initialisers become specs. Keys that say nothing about what is computed are passed over.
/// Throws kUnsupported, naming layer and key, for a setting that Lepton's layer lacks and that is not at its default; kNotFound for a layer
/// that Lepton does not have; kParseError for a value of the wrong type.
nn::Layer layer_from_keras(const std::string& class_name, const Json& config, const std::string& name = {});

/// {"module", "class_name", "config", "registered_name"} as Keras 3 writes it, with the layers that this one owns.
/// Throws kUnsupported for a layer that Keras lacks, and for one that is made of code.
Json layer_to_keras(const nn::Layer& layer, const std::string& name, DType dtype);

/// Our name of a class: Keras writes one of its layers under two names.
std::string our_class_name(const std::string& class_name);

/// The layers within a layer's configuration as Keras wrote them, {"class_name": …, "config": …} each; none for most.
std::vector<Json> owned_layers(const Json& config);

}  // namespace lepton::zoo
