// What the rule of a TensorFlow Lite operator works with: the operator's tensors as ONNX values, in the order of axes it wants.
//
// TensorFlow Lite keeps channels last, ONNX's convolutions want them second. A rank-4 value is therefore kept in the order in which it was
// made and turned only when a rule asks for the other one, so that a chain of convolutions is never turned back and forth.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "lepton/formats/onnx/model_file.hpp"
#include "lepton/formats/tflite/model_file.hpp"

namespace lepton::formats {

enum class AxisOrder : std::uint8_t { kChannelsLast, kChannelsFirst };

class TfLiteTranslator {
 public:
  explicit TfLiteTranslator(const TfLiteModelFile& file) : file_(file), values_(file.tensors.size()) {}
  OnnxModelFile run();

  // Of the operator that is being translated.
  std::size_t num_inputs() const { return op_->inputs.size(); }
  std::size_t num_outputs() const { return op_->outputs.size(); }
  bool has(std::size_t input) const { return input < op_->inputs.size() && op_->inputs[input] >= 0; }
  /// Throw kDataCorrupt if there is none.
  const TfLiteTensor& in(std::size_t input) const { return file_.tensors[in_index(input)]; }
  const TfLiteTensor& out(std::size_t output) const { return file_.tensors[out_index(output)]; }
  std::int64_t rank(std::size_t input) const { return std::ssize(in(input).dims); }
  /// A field of the operator's options.
  template <class T>
  T option(int field, T otherwise) const {
    return op_->options ? op_->options->number<T>(field, otherwise) : otherwise;
  }
  bool flag(int field) const { return option<std::uint8_t>(field, 0) != 0; }
  std::vector<std::int32_t> option_list(int field) const {
    return op_->options ? op_->options->numbers<std::int32_t>(field) : std::vector<std::int32_t>();
  }

  /// The ONNX name of an input; real numbers where the tensor is quantised.
  std::string value(std::size_t input, AxisOrder order = AxisOrder::kChannelsLast);
  /// The order in which the input is at hand. Constants and values of other ranks than 4 are in any order.
  bool is_channels_first(std::size_t input) const;
  /// The order in which an operator that treats all elements alike should work: channels first if an input is so and all inputs can be.
  AxisOrder common_order() const;
  /// A constant integer tensor's elements. Throws kUnsupported if it is no constant.
  Dims integers(std::size_t input) const;
  /// The input's stored constant, or an undefined tensor.
  const Tensor& constant(std::size_t input) const { return in(input).value; }

  /// Adds a node and returns the name of its (first) result.
  std::string emit(const std::string& op, std::vector<std::string> inputs, Attributes attributes = {});
  std::vector<std::string> emit_many(const std::string& op, std::vector<std::string> inputs, Attributes attributes, std::size_t count);
  std::string add_constant(Tensor value);
  std::string add_integers(const Dims& values) { return add_constant(Tensor::from(values, Shape({std::ssize(values)}))); }
  /// A scalar of the dtype in which the operator computes (f32, or that of an integer input).
  std::string add_number(double value, DType dtype = DType::kF32) { return add_constant(Tensor::scalar(dtype, value)); }

  /// Gives an output its value: after the fused activation (a number of ActivationFunctionType), quantised if the tensor is.
  void result(std::size_t output, std::string value, AxisOrder order = AxisOrder::kChannelsLast, int activation = 0);

 private:
  // The names of one tensor by order, "" where it was not made yet: as it is stored, and as real numbers.
  struct Forms {
    std::array<std::string, 2> stored, real;
  };
  std::size_t in_index(std::size_t input) const;
  std::size_t out_index(std::size_t output) const;
  std::string stored(std::size_t tensor, AxisOrder order);
  std::string real(std::size_t tensor, AxisOrder order);
  std::string turned(const std::string& name, std::size_t rank, AxisOrder to);
  std::string activated(std::string value, int activation);
  std::string fresh() { return fmt::format("{}#{}", scope_, num_made_++); }

  const TfLiteModelFile& file_;
  std::vector<Forms> values_;
  OnnxModelFile made_;
  const TfLiteOperator* op_ = nullptr;
  std::string scope_ = "input";
  std::int64_t num_made_ = 0;
};

/// Where an axis of [N, H, W, C] stands in `order`; negative ones count from the end.
std::int64_t axis_in(std::int64_t axis, std::int64_t rank, AxisOrder order);
/// Entries for the axes of [N, H, W, C], in `order`.
template <class T>
std::vector<T> in_order(const std::vector<T>& of, AxisOrder order) {
  return order == AxisOrder::kChannelsFirst ? std::vector<T>{of[0], of[3], of[1], of[2]} : of;
}

/// A row of the table: the operator and how it becomes ONNX nodes.
struct TfLiteRule {
  int code;
  void (*translate)(TfLiteTranslator&);
};
// One file for each family.
std::span<const TfLiteRule> tflite_convolutions();
std::span<const TfLiteRule> tflite_elementwise();
std::span<const TfLiteRule> tflite_shapes();
std::span<const TfLiteRule> tflite_reductions();

}  // namespace lepton::formats
