// Multiply-accumulate operators: matmul and the convolutions.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// Matrix product over the last two axes; axes before them broadcast.
/// Shapes:  a: [..., M, K], b: [..., K, N] (or transposed); result: [..., M, N].
template <Operand T>
T matmul(const T& a, const T& b, const MatmulOptions& options = {}) {
  return call<T>("matmul", {a, b}, {{"transpose_a", options.transpose_a}, {"transpose_b", options.transpose_b}});
}

}  // namespace lepton::ops
