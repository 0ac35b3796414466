// Reductions: fold axes away (axes empty: all of them).
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

struct ReduceOptions {
  std::vector<std::int64_t> axes = {};
  bool keepdims = false;
};

template <Operand T>
T sum(const T& x, const ReduceOptions& options = {}) {
  return call<T>("sum", {x}, {{"axes", options.axes}, {"keepdims", options.keepdims}});
}

}  // namespace lepton::ops
