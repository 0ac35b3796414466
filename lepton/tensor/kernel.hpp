// The kernel signature: a kernel is prepared once for shapes, attributes and layouts, then run many times on pointers.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lepton/tensor/attributes.hpp"
#include "lepton/tensor/layout.hpp"

namespace lepton {

/// One step of an elementwise program (see KernelRequest::program).
struct ElementwiseStep {
  std::string_view op;           // name of an elementwise operator
  const Attributes* attributes;  // of that operator
  std::vector<int> operands;     // index < number of kernel inputs: that input; else result of step (index - inputs)
  DType dtype;                   // of the result
};

/// A chain of elementwise operators that one kernel computes without intermediate tensors; `results` name the steps that become outputs.
struct ElementwiseProgram {
  std::vector<ElementwiseStep> steps;
  std::vector<int> results;
};

/// What a kernel is asked to do. Views stay valid only during prepare.
struct KernelRequest {
  std::string_view op;
  std::span<const TensorDesc> inputs;   // with the layouts in which the operands lie now
  std::span<const TensorDesc> outputs;  // with the layouts preferred by their consumers (row-major if nobody cares)
  const Attributes* attributes = nullptr;
  int num_threads = 1;
  /// True if the planner may reorder operands and results into the layouts that the kernel names; else it must take them as they are or
  /// decline.
  bool may_choose_layouts = false;
  /// A fused elementwise operator: its program. For contractions: the elementwise epilogue on the result (operand 0 is the result itself,
  /// operands 1… are the inputs after the operator's own).
  const ElementwiseProgram* program = nullptr;
  /// True if a NaN must come out of an epilogue as NaN, so that a training that diverges shows it. Libraries make 0 of it in relu.
  bool keep_nan = false;
};

/// Pointers of one run. Absent operands are null.
struct KernelArguments {
  std::span<const std::byte* const> inputs;
  std::span<std::byte* const> outputs;
  std::byte* scratch = nullptr;

  template <class T>
  const T* input(std::size_t i) const {
    return reinterpret_cast<const T*>(inputs[i]);
  }
  template <class T>
  T* output(std::size_t i) const {
    return reinterpret_cast<T*>(outputs[i]);
  }
};

/// A prepared kernel. run() allocates nothing and may be called from one thread at a time per scratch area.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual void run(const KernelArguments& arguments) const = 0;

  /// Layouts that the kernel was prepared for; empty means those of the request.
  std::vector<Layout> input_layouts;
  std::vector<Layout> output_layouts;
  std::int64_t scratch_bytes = 0;
  /// Shown by profiles and `lepton model show`, e.g. "onednn:brgconv:avx512_core".
  std::string implementation;
};

/// Returns a kernel, or null if this implementation declines the request.
using PrepareKernel = std::unique_ptr<Kernel> (*)(const KernelRequest&);

/// One row of a backend's kernel table.
struct KernelEntry {
  std::string_view op;
  PrepareKernel prepare;
};

}  // namespace lepton
