// How ONNX operators are read: a table row for each, with a rule that makes our operators of a node.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/op/string_tensor.hpp"
#include "lepton/op/value.hpp"
#include "lepton/tensor/attributes.hpp"

namespace lepton {

/// A tensor while a model is read: known already (a constant, or what follows from constants and shapes), or made when the graph runs.
struct OnnxOperand {
  Tensor known;
  Value value;
  std::shared_ptr<const std::vector<OnnxOperand>> sequence = {};  // or a list of tensors
  std::shared_ptr<const StringTensor> strings = {};               // or texts, which are always known
  std::string path = {};                                          // where the model names it; "" for intermediate values of a rule

  OnnxOperand() = default;
  OnnxOperand(Tensor tensor) : known(std::move(tensor)) {}
  OnnxOperand(Value v) : value(v) {}
  OnnxOperand(StringTensor texts) : strings(std::make_shared<const StringTensor>(std::move(texts))) {}
  static OnnxOperand list(std::vector<OnnxOperand> parts) {
    OnnxOperand made;
    made.sequence = std::make_shared<const std::vector<OnnxOperand>>(std::move(parts));
    return made;
  }
  bool is_tensor() const { return known.defined() || value.defined(); }
  bool is_known() const { return known.defined() || strings != nullptr; }
  bool present() const { return is_tensor() || sequence != nullptr || strings != nullptr; }
  /// Throws kInvalidArgument for what is no tensor of numbers.
  TensorType type() const {
    if (!is_tensor())
      fail(ErrorCode::kInvalidArgument, "a tensor of numbers is wanted, not {}", sequence != nullptr ? "a sequence" : "texts");
    return known.defined() ? known.type() : value.builder().type(value.id());
  }
};

/// What a rule sees of an ONNX node. Shapes are concrete: a model is read again for inputs of other shapes.
class OnnxNodeReader {
 public:
  virtual ~OnnxNodeReader() = default;
  virtual int opset() const = 0;  // of the node's domain
  virtual const Attributes& attributes() const = 0;
  /// An attribute that is a tensor of texts; null if it is none.
  virtual const StringTensor* string_attribute(std::string_view name) const = 0;
  virtual std::size_t num_inputs() const = 0;
  /// Not present for an input that is left out or beyond the last.
  virtual const OnnxOperand& operand(std::size_t i) const = 0;
  virtual std::size_t num_outputs() const = 0;
  virtual bool wants(std::size_t output) const = 0;
  virtual Builder& builder() = 0;
  /// The operand in the graph. Throws kInvalidArgument if it is absent.
  virtual Value value(const OnnxOperand& operand) = 0;
  /// The operand's elements. If they depend on the data, reading stops here, what is read so far runs, and reading begins again.
  virtual Tensor tensor(const OnnxOperand& operand) = 0;
  /// Gradients of the value that the model calls `y` with respect to the node's first inputs.
  virtual std::vector<Value> gradients(const std::string& y, std::size_t count) = 0;
  /// Makes the nodes of an attribute that is a graph; `pass` tells the passes of a loop apart.
  /// Throws kResourceExhausted if a tensor of so many elements would be more than a model may make while it is read.
  virtual void claim(double elements) const = 0;
  virtual bool has_graph(std::string_view attribute) const = 0;
  virtual std::vector<OnnxOperand> subgraph(std::string_view attribute, const std::vector<OnnxOperand>& inputs, std::int64_t pass) = 0;

  bool has(std::size_t i) const { return operand(i).present(); }
  /// Type of an input. Throws kInvalidArgument if it is absent.
  TensorType type(std::size_t i) const {
    if (!has(i)) fail(ErrorCode::kInvalidArgument, "input {} is missing", i);
    return operand(i).type();
  }
  bool has_strings(std::size_t i) const { return operand(i).strings != nullptr; }
  /// The texts of an input. Throws kInvalidArgument if it is none.
  const StringTensor& strings(std::size_t i) const {
    if (!has_strings(i)) fail(ErrorCode::kInvalidArgument, "input {} must be texts", i);
    return *operand(i).strings;
  }
  Value value(std::size_t i) { return value(operand(i)); }
  Tensor tensor(std::size_t i) { return tensor(operand(i)); }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const {
    return attributes().has(name) ? attributes().integer(name) : otherwise;
  }
  double number(std::string_view name, double otherwise) const { return attributes().has(name) ? attributes().number(name) : otherwise; }
  std::string text(std::string_view name, std::string_view otherwise) const {
    return attributes().has(name) ? attributes().text(name) : std::string(otherwise);
  }
  /// Throws as claim() for a shape of too many elements, and kInvalidArgument for a negative size.
  void claim(const Dims& sizes) const {
    double elements = 1;
    for (const std::int64_t size : sizes) {
      if (size < 0) fail(ErrorCode::kInvalidArgument, "a size is {}", size);
      elements *= static_cast<double>(size);
    }
    claim(elements);
  }
  Dims integers(std::string_view name, Dims otherwise = {}) const {
    return attributes().has(name) ? attributes().integers(name) : otherwise;
  }
};

using OnnxResults = std::vector<OnnxOperand>;

/// What an operator does with the elements that it gets.
enum OnnxElements : unsigned char {
  kComputed,  // computes with them; of 16-bit floats it gets f32 and gives f32
  kStored,    // takes 16-bit floats as they are
  kMoved,     // each element of each result is one of the inputs': this works on texts, too
};

/// One ONNX operator.
struct OnnxOperator {
  std::string_view name;
  OnnxResults (*read)(OnnxNodeReader&) = nullptr;
  int since = 1;  // the first opset whose meaning the rule knows
  OnnxElements elements = kComputed;
  std::string_view domain = {};
  const struct OpDef* same = nullptr;  // instead of a rule: our operator with the same inputs and outputs and no attributes
};

}  // namespace lepton
