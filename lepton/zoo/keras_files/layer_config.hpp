// Keras's configuration of one layer as ours.
#pragma once

#include <string>

#include "lepton/base/json_fwd.hpp"
#include "lepton/op/attribute_def.hpp"

namespace lepton::zoo {

/// The attributes that a layer declares, out of Keras's get_config(); nested objects (initialisers, regularisers) become specs. Keys that
/// say nothing about what is computed are passed over.
/// Throws kUnsupported, naming layer and key, for a setting that Lepton's layer lacks and that is not at its default; kParseError for a
/// value of the wrong type.
Attributes layer_from_keras(const std::string& class_name, const Json& config, std::span<const AttributeDef> declared);

}  // namespace lepton::zoo
