// Kernels on oneDNN: convolution, matrix product, pooling, normalisation and reorders, in f32, in oneDNN's own (blocked) layouts.
#pragma once

#include <span>

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::onednn {

/// Rows in the order in which they are to be tried. A kernel declines what oneDNN cannot do well.
std::span<const KernelEntry> table();

}  // namespace lepton::kernels::onednn
