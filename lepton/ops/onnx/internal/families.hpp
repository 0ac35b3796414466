// The families of ONNX operators, a file each, and what their rules share.
#pragma once

#include <span>
#include <vector>

#include "lepton/op/onnx_operator.hpp"

namespace lepton::ops {

std::span<const OnnxOperator> onnx_activations();
std::span<const OnnxOperator> onnx_attention();
std::span<const OnnxOperator> onnx_contractions();
std::span<const OnnxOperator> onnx_control_flow();
std::span<const OnnxOperator> onnx_data_dependent();
std::span<const OnnxOperator> onnx_elementwise();
std::span<const OnnxOperator> onnx_images();
std::span<const OnnxOperator> onnx_indexing();
std::span<const OnnxOperator> onnx_losses();
std::span<const OnnxOperator> onnx_normalizations();
std::span<const OnnxOperator> onnx_pooling();
std::span<const OnnxOperator> onnx_quantization();
std::span<const OnnxOperator> onnx_recurrent();
std::span<const OnnxOperator> onnx_reductions();
std::span<const OnnxOperator> onnx_sequences();
std::span<const OnnxOperator> onnx_shapes();
std::span<const OnnxOperator> onnx_signals();
std::span<const OnnxOperator> onnx_strings();

/// Values as a rule's results.
OnnxResults onnx_results(const std::vector<Value>& values);
/// Elements of a list of integers.
Dims onnx_dims(const Tensor& tensor);
/// The one element of a tensor as a whole number: exact, beyond the range the nearest. Throws if there is not one.
std::int64_t onnx_integer(const Tensor& tensor);
/// An axis that counts from the end as one that counts from the front. Throws kInvalidArgument if there is no such axis.
std::int64_t onnx_axis(std::int64_t axis, int rank);
/// The axes of an attribute or, since opsets that made it an input, of input `i`; empty if neither is there.
Dims onnx_axes(OnnxNodeReader& node, std::size_t i);
/// `value` in the dtype of another.
Value onnx_scalar(const Value& like, double value);
/// The sizes of a value, and those after the first two.
Dims dims_of(const Value& value);
Dims spatial_sizes(const Value& value);
Tensor integers_tensor(const Dims& values);
/// TensorProto.DataType of texts.
constexpr std::int64_t kOnnxString = 8;
/// Input 0, numbers or texts, as texts, in ONNX Runtime's digits.
OnnxOperand onnx_to_texts(OnnxNodeReader& node);
/// Input 0, texts, as numbers. Throws kInvalidArgument for a text that is no number.
Tensor onnx_from_texts(OnnxNodeReader& node, DType to);
/// The dtype of an attribute "to" or "dtype". Throws kUnsupported for those that Lepton lacks.
DType onnx_dtype(std::int64_t number);
/// x in a dtype: itself if it has it already.
Value cast_if_other(const Value& x, DType to);
/// Padding of windows: `pads`, or what auto_pad makes of the sizes. Shapes: sizes, kernel, …: one per spatial axis; result: begins, ends.
Dims onnx_pads(const OnnxNodeReader& node, const Dims& sizes, const Dims& kernel, const Dims& strides, const Dims& dilations);
/// Throws kInvalidArgument for a padding that no tensor can have.
void check_pad(std::int64_t pad);
/// The positive entries of an attribute, one per spatial axis; 1 where it is absent.
Dims onnx_per_axis(const OnnxNodeReader& node, std::string_view name, std::size_t axes);

}  // namespace lepton::ops
