// A Kernel around one oneDNN primitive: layouts negotiated, operands reordered in scratch where needed, nothing allocated in a run.
#pragma once

#include <mutex>
#include <string_view>

#include "lepton/kernels/cpu/onednn/memory.hpp"

namespace lepton::kernels::onednn {

/// One argument of the primitive that is an operand of the kernel.
struct Operand {
  int arg = 0;            // DNNL_ARG_…
  std::size_t index = 0;  // among the kernel's inputs or outputs
  bool is_output = false;
  AxisMap map;
  /// The shape that oneDNN is to see instead of the operand's own, of equal size and row-major (a stack of rows as one matrix).
  std::optional<Shape> seen_as;
  /// False if the operand must be read where and as it lies (a small vector).
  bool negotiable = true;
};

/// An argument that is read or written where it lies, through this very descriptor (a matrix seen transposed).
struct FixedOperand {
  int arg = 0;
  std::size_t index = 0;
  bool is_output = false;
  MemoryDesc desc;
};

/// What a kernel is made from: a primitive descriptor whose arguments' descriptors are final.
struct PrimitivePlan {
  dnnl::primitive_desc_base desc;
  dnnl::primitive primitive;
  std::vector<Operand> operands;
  std::vector<FixedOperand> fixed = {};
};

/// Makes the kernel: for each operand the primitive's layout is reported if the planner may choose layouts and it can be named, else the
/// operand is reordered within the kernel. Returns null if an operand lies as oneDNN cannot read it.
std::unique_ptr<Kernel> make_kernel(const KernelRequest& request, PrimitivePlan plan, std::string_view name);

/// Copies a tensor between any two layouts ("reorder"), or with its axes exchanged ("transpose").
std::unique_ptr<Kernel> make_reorder(const KernelRequest& request);

/// True if all operands are f32, have elements and at most `max_rank` axes.
bool all_f32(const KernelRequest& request, int max_rank = 5);

/// Calls prepare, turning an exception of oneDNN into "declined".
template <class Body>
std::unique_ptr<Kernel> decline_on_error(const KernelRequest& request, const Body& body) {
  try {
    const ThreadScope threads(team_size(request));
    return body();
  } catch (const dnnl::error&) {
    return nullptr;
  }
}

/// User-managed scratch, as our kernels promise.
dnnl::primitive_attr scratch_attributes();

/// The primitive descriptor of Primitive from the arguments of its operation; `attr` has user scratch set.
template <class Primitive, class... Arguments>
typename Primitive::primitive_desc forward_desc(const dnnl::primitive_attr& attr, const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(engine(), arguments..., attr);
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attr, engine());
#endif
}

/// The same for a gradient, which wants the forward descriptor as a hint.
template <class Primitive, class Hint, class... Arguments>
typename Primitive::primitive_desc backward_desc(const dnnl::primitive_attr& attr, const Hint& hint, const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(engine(), arguments..., hint, attr);
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attr, engine(), hint);
#endif
}

}  // namespace lepton::kernels::onednn
