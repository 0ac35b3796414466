// The graph as text, for people and for files that tools exchange; graph/parser.hpp reads it back.
//
//   graph "main" {
//     %0 = input "x" f32[?,3]
//     %1 = state "dense/kernel" f32[3,4]
//     %2 = matmul(%0, %1) {transpose_b=false} @"dense"
//     %3 = scan(%2, _) {num_states=1} [
//       graph "step" { … }
//     ]
//     output "y" %3
//     output "new kernel" %1 updates "dense/kernel"
//   }
//
// Values are numbered in the order in which they are made. Attributes that have their default are left out; `_` is an absent input.
#pragma once

#include <string>

#include "lepton/graph/graph.hpp"

namespace lepton::graph {

struct PrintOptions {
  /// Constants with more bytes than this are shown as their type only; such a text cannot be read back.
  std::int64_t largest_tensor_bytes = std::int64_t{1} << 40;
};

std::string print(const Graph& graph, const PrintOptions& options = {});

}  // namespace lepton::graph
