// The conformance checker: everything that an operator's declaration promises, tested from the declaration alone.
// It is part of the library so that users can check operators of their own.
#pragma once

#include <string>
#include <vector>

#include "lepton/op/op_def.hpp"

namespace lepton::runtime::testing {

/// One broken promise: which check, on which sample, and by how much.
struct Finding {
  std::string check;
  std::string detail;
};

/// Runs all checks on `op`; an empty list means that it keeps its promises.
///
/// Checks: inferred types equal real ones; attributes survive printing and parsing; f32 against f64 reference; body against kernel; first
/// and second gradient against central differences in double; declared rejections give the declared code; the declaration itself is
/// complete.
std::vector<Finding> check_op(const OpDef& op);

/// Tensors for a sample, the same at every call; floats get `float_dtype`.
std::vector<Tensor> sample_inputs(const Sample& sample, DType float_dtype);

/// Largest |a - b| / max(1, |b|) over all elements (computed in double); infinity if types differ or one is NaN where the other is not.
double largest_difference(const Tensor& a, const Tensor& b);

}  // namespace lepton::runtime::testing
