// The prepare functions of this folder, joined by table.cpp.
#pragma once

#include "lepton/kernels/cpu/onednn/primitive_kernel.hpp"

namespace lepton::kernels::onednn {

std::unique_ptr<Kernel> conv(const KernelRequest& request);
std::unique_ptr<Kernel> conv_input_gradient(const KernelRequest& request);
std::unique_ptr<Kernel> conv_weight_gradient(const KernelRequest& request);
std::unique_ptr<Kernel> conv_transpose(const KernelRequest& request);
std::unique_ptr<Kernel> dense(const KernelRequest& request);
std::unique_ptr<Kernel> matmul(const KernelRequest& request);
std::unique_ptr<Kernel> max_pool(const KernelRequest& request);
std::unique_ptr<Kernel> avg_pool(const KernelRequest& request);
std::unique_ptr<Kernel> avg_pool_gradient(const KernelRequest& request);

}  // namespace lepton::kernels::onednn
