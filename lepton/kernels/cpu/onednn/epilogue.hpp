// Elementwise epilogues of contractions as oneDNN post-operations.
#pragma once

#include "lepton/kernels/cpu/onednn/primitive_kernel.hpp"

namespace lepton::kernels::onednn {

/// An epilogue in oneDNN's terms.
struct Epilogue {
  dnnl::primitive_attr attr;        // with user scratch, and the post-operations
  std::vector<Operand> operands;    // further inputs of the post-operations
  std::optional<std::size_t> bias;  // kernel input that is added first along the last axis, if `take_bias` was asked for
};

/// Translates request.program (none: no post-operations), or returns nothing if oneDNN has no such operation. `own_inputs` is the number of
/// inputs of the operator itself. With `take_bias`, a leading addition of a vector along the last axis of `result` becomes `bias`.
std::optional<Epilogue> make_epilogue(const KernelRequest& request, std::size_t own_inputs, const Shape& result, bool take_bias);

}  // namespace lepton::kernels::onednn
