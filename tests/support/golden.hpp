// Golden files of Keras: cases.json and one .npz per case.
#pragma once

#include <string>
#include <vector>

#include "lepton/base/json.hpp"
#include "lepton/formats/npz.hpp"
#include "lepton/op/attribute_def.hpp"

namespace lepton::testing {

/// Parses a JSON file below tests/golden/keras.
Json read_golden_json(const std::string& name);

/// Arrays of one case.
class GoldenArrays {
 public:
  /// `file` below tests/golden/keras.
  explicit GoldenArrays(const std::string& file);
  bool has(const std::string& name) const { return find(name) != nullptr; }
  /// Throws kNotFound.
  const Tensor& operator[](const std::string& name) const;

  /// Null if there is none.
  const Tensor* find(const std::string& name) const;

 private:
  formats::NamedTensors arrays_;
};

/// Keras's get_config() of a layer as our attributes: keys that the layer declares, initialisers left out, nested objects
/// (regularisers) as specs. Throws kUnsupported if the configuration has a setting that the layer lacks and that is not at its default.
Attributes attributes_from_keras(const std::string& class_name, const Json& config, std::span<const AttributeDef> declared);

/// "BinaryCrossentropy" -> "binary_crossentropy".
std::string snake_case(const std::string& class_name);

}  // namespace lepton::testing
