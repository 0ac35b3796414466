// A network as JSON and back: layers with their configuration and how they are joined. It is data, never code.
#pragma once

#include "lepton/base/json_fwd.hpp"
#include "lepton/nn/network.hpp"

namespace lepton::nn {

/// Throws kUnsupported if a layer was made of a C++ function.
Json network_to_json(const Network& network);

/// Errors:  kParseError or kInvalidArgument naming the layer and key; kNotFound for an unknown layer.
Result<Network> network_from_json(const Json& json);

/// Attributes as JSON and back, typed by their declarations.
Json attributes_to_json(const Attributes& attributes);
Result<Attributes> attributes_from_json(const Json& json, std::span<const AttributeDef> declared, std::string_view component);

}  // namespace lepton::nn
