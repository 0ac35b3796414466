// The prepare functions of this folder, joined by table.cpp.
#pragma once

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::simd {

/// Any single elementwise operator, or a program of them ("fused_elementwise").
std::unique_ptr<Kernel> elementwise(const KernelRequest& request);

}  // namespace lepton::kernels::simd
