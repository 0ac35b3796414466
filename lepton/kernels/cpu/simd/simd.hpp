// Our own vector kernels (Highway; the instruction set is chosen at run time): elementwise programs, reductions, data movement and more.
#pragma once

#include <span>

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::simd {

/// Rows in the order in which they are to be tried. A kernel declines what another does better.
std::span<const KernelEntry> table();

}  // namespace lepton::kernels::simd
