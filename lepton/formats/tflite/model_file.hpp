// A TensorFlow Lite file as its tensors and operators, decoded from foreign bytes within limits; nothing of it is trusted or run here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lepton/formats/tflite/internal/flatbuffer.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::formats {

/// real = scale * (stored - zero_point); one of each, or one for each place along `axis`.
struct TfLiteQuantization {
  std::vector<float> scales;
  std::vector<std::int64_t> zero_points;
  std::int64_t axis = 0;
};

struct TfLiteTensor {
  std::string name;
  std::optional<DType> dtype;  // none for a type that Lepton lacks: then `kind` says which
  std::string kind;
  Dims dims;     // kAnyDim where the file leaves them open
  Tensor value;  // of constants
  std::optional<TfLiteQuantization> quantization;
};

struct TfLiteOperator {
  int code = 0;
  std::string name;         // "CONV_2D", or the name of a custom operator
  std::vector<int> inputs;  // -1 for one that is left out
  std::vector<int> outputs;
  std::optional<FlatTable> options;
};

struct TfLiteModelFile {
  std::string description;
  std::vector<TfLiteTensor> tensors;
  std::vector<TfLiteOperator> operators;
  std::vector<int> inputs, outputs;
};

/// True if the bytes carry TensorFlow Lite's mark ("TFL3").
bool is_tflite(std::span<const std::byte> bytes);

/// Decodes a model. Constants are views of `bytes` where their alignment allows, kept alive by `owner`.
/// Errors:  kDataCorrupt for a malformed file or a constant whose data is not of its size; kUnsupported for models of several subgraphs,
///          sparse tensors and data outside of the file.
/// Source:  TensorFlow Lite's schema, version 3.
Result<TfLiteModelFile> read_tflite(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

/// "CONV_2D" for 3.
std::string tflite_operator_name(int code);

}  // namespace lepton::formats
