// The kernel of scan: the region is compiled once and run for each step on the sequences' own memory.
#pragma once

#include "lepton/runtime/internal/lowering.hpp"

namespace lepton::runtime {

struct CompileOptions;

/// Compiles the region of `node` for operands of these types.
std::unique_ptr<Kernel> make_scan_kernel(const LoweredNode& node, const Lowered& lowered, const CompileOptions& options);

}  // namespace lepton::runtime
