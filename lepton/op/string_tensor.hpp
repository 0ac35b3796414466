// Texts with a shape: what models of others compute from texts before numbers begin. Tensors have no dtype for them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Texts (UTF-8) in row-major order.
struct StringTensor {
  Dims dims;
  std::vector<std::string> values;

  bool operator==(const StringTensor&) const = default;
};

/// What a text takes in memory, in elements of 4 bytes: for limits.
inline double string_size(const std::string& text) { return static_cast<double>(sizeof(std::string) + text.size()) / 4; }

/// What a foreign model takes and gives.
using OnnxValue = std::variant<Tensor, StringTensor>;

}  // namespace lepton
