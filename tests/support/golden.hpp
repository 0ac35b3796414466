// Golden files of Keras: cases.json and one .npz per case.
#pragma once

#include <string>
#include <vector>

#include "lepton/base/json.hpp"
#include "lepton/formats/npz.hpp"

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

}  // namespace lepton::testing
