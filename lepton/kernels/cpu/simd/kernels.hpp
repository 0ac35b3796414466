// The prepare functions of this folder, joined by table.cpp.
#pragma once

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::simd {

/// Any single elementwise operator, or a program of them ("fused_elementwise").
std::unique_ptr<Kernel> elementwise(const KernelRequest& request);

/// Copies in the order of the result: "reorder", "transpose" and "broadcast_to_like", any dtype.
std::unique_ptr<Kernel> copy(const KernelRequest& request);
/// sum, mean, prod, max, min, any, all over axes; sum_to_like.
std::unique_ptr<Kernel> reduction(const KernelRequest& request);
/// The gradient of max pooling from x, y and the gradient of y.
std::unique_ptr<Kernel> max_pool_gradient(const KernelRequest& request);
/// softmax and log_softmax along the last axis.
std::unique_ptr<Kernel> softmax(const KernelRequest& request);
/// dropout, random_uniform and random_normal in f32.
std::unique_ptr<Kernel> random(const KernelRequest& request);
/// lstm_steps and lstm_steps_gradient in f32.
std::unique_ptr<Kernel> lstm_steps(const KernelRequest& request);
/// gru_steps and gru_steps_gradient in f32.
std::unique_ptr<Kernel> gru_steps(const KernelRequest& request);
/// batch_norm_training and batch_norm_gradient in f32.
std::unique_ptr<Kernel> batch_norm(const KernelRequest& request);

}  // namespace lepton::kernels::simd
