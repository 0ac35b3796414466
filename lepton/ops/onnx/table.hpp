// The table of ONNX operators that can be read.
#pragma once

#include <optional>
#include <span>

#include "lepton/op/onnx_operator.hpp"

namespace lepton::ops {

/// All rows, sorted by domain, name and opset. An operator whose meaning changed has several.
std::span<const OnnxOperator> all_onnx_operators();
/// The row for a model's opset: the newest that is not newer. Null if there is none.
const OnnxOperator* find_onnx_operator(std::string_view domain, std::string_view name, int opset);

/// The dtype of a TensorProto.DataType; nothing for those that Lepton lacks.
std::optional<DType> dtype_of_onnx(std::int64_t number);

}  // namespace lepton::ops
