// Reference kernels: plain loops, obviously right, for every dtype that an operator takes. They are the oracle of all other kernels
// and the last entry in a backend's list. Operands and results are row-major; f32 is computed in double where that is simple.
#pragma once

#include <span>

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::ref {

/// One run: descriptions, pointers and attributes together.
class RefCall {
 public:
  RefCall(std::span<const TensorDesc> inputs, std::span<const TensorDesc> outputs, const Attributes& op_attributes,
          const KernelArguments& arguments)
      : attributes(op_attributes), inputs_(inputs), outputs_(outputs), arguments_(arguments) {}

  const Attributes& attributes;

  std::size_t num_inputs() const { return inputs_.size(); }
  std::size_t num_outputs() const { return outputs_.size(); }
  bool present(std::size_t i) const { return i < inputs_.size() && inputs_[i].present; }
  const Shape& shape(std::size_t i) const { return inputs_[i].type.shape; }
  DType dtype(std::size_t i) const { return inputs_[i].type.dtype; }
  const Shape& output_shape(std::size_t i = 0) const { return outputs_[i].type.shape; }
  DType output_dtype(std::size_t i = 0) const { return outputs_[i].type.dtype; }
  template <class T>
  const T* input(std::size_t i) const {
    return arguments_.input<T>(i);
  }
  template <class T>
  T* output(std::size_t i = 0) const {
    return arguments_.output<T>(i);
  }
  std::byte* scratch() const { return arguments_.scratch; }

 private:
  std::span<const TensorDesc> inputs_, outputs_;
  const KernelArguments& arguments_;
};

using RefFunction = void (*)(const RefCall&);
/// Bytes of scratch that a run needs; null means none. A reference kernel allocates nothing while it runs.
using RefScratch = std::int64_t (*)(std::span<const TensorDesc> inputs, const Attributes&);

struct RefEntry {
  std::string_view op;
  RefFunction function;
  RefScratch scratch = nullptr;
};

/// Prepares the reference kernel of request.op, or null if there is none or an operand is not row-major and may not be reordered.
std::unique_ptr<Kernel> prepare(const KernelRequest& request);
/// True if there is a reference kernel of that name.
bool has_kernel(std::string_view op);

/// One table per family, each in the file of that family; ref.cpp joins them.
std::span<const RefEntry> elementwise_table();
std::span<const RefEntry> transcendental_table();
std::span<const RefEntry> comparison_table();
std::span<const RefEntry> activation_table();
std::span<const RefEntry> reduction_table();
std::span<const RefEntry> sorting_table();
std::span<const RefEntry> along_axis_table();
std::span<const RefEntry> contraction_table();
std::span<const RefEntry> convolution_table();
std::span<const RefEntry> pooling_table();
std::span<const RefEntry> adaptive_pooling_table();
std::span<const RefEntry> random_table();
std::span<const RefEntry> resize_table();
std::span<const RefEntry> shape_table();
std::span<const RefEntry> rearrangement_table();
std::span<const RefEntry> joining_table();
std::span<const RefEntry> gathering_table();
std::span<const RefEntry> recurrent_table();

/// Type in which values of T are computed: double for floats, T itself for integers.
template <class T>
using Compute = std::conditional_t<std::is_floating_point_v<T>, double, T>;

/// Steps through the indices of a shape in row-major order, keeping offsets into operands with other (broadcast) strides.
class IndexWalk {
 public:
  static constexpr int kMaxRank = 12;
  static constexpr int kMaxOperands = 4;
  explicit IndexWalk(const Shape& shape) : IndexWalk(std::span<const std::int64_t>(shape.dims())) {}
  explicit IndexWalk(std::span<const std::int64_t> dims);
  /// Adds an operand that broadcasts to the shape; returns its number.
  int add_broadcast(const Shape& operand);
  /// Adds an operand with explicit strides in elements, one per axis of the shape.
  int add_strided(std::span<const std::int64_t> strides);
  std::int64_t offset(int operand) const { return offsets_[operand]; }
  std::int64_t index(int axis) const { return index_[axis]; }
  void next();

 private:
  int rank_;
  int operands_ = 0;
  std::int64_t dims_[kMaxRank] = {};
  std::int64_t index_[kMaxRank] = {};
  std::int64_t strides_[kMaxOperands][kMaxRank] = {};
  std::int64_t offsets_[kMaxOperands] = {};
};

}  // namespace lepton::kernels::ref
