// What a model takes and gives, and the names that the Open Inference Protocol has for types.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::serve {

struct TensorSpec {
  std::string name;
  DType dtype = DType::kF32;
  Dims dims;  // kAnyDim for free ones

  /// True if a tensor of these dims fits.
  bool fits(const Dims& given) const;
};

struct Signature {
  std::vector<TensorSpec> inputs, outputs;
  bool batched = false;  // axis 0 of every input and output counts independent rows
};

/// "FP32" for kF32.
std::string_view protocol_name(DType dtype);
std::optional<DType> dtype_of_protocol(std::string_view name);

/// True for 1 to 128 of the characters that names of models may have: letters, digits, '.', '_' and '-', not '.' first.
bool is_model_name(std::string_view name);

}  // namespace lepton::serve
