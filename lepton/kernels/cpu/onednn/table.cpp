// The operators that oneDNN computes, and how.
#include "lepton/kernels/cpu/onednn/kernels.hpp"
#include "lepton/kernels/cpu/onednn/onednn.hpp"

namespace lepton::kernels::onednn {

std::span<const KernelEntry> table() {
  static constexpr KernelEntry kTable[] = {
      {"conv", conv},
      {"conv_input_gradient", conv_input_gradient},
      {"conv_weight_gradient", conv_weight_gradient},
      {"conv_transpose", conv_transpose},
      {"matmul", dense},
      {"matmul", matmul},
      {"max_pool", max_pool},
      {"avg_pool", avg_pool},
      {"avg_pool_gradient", avg_pool_gradient},
      {"reorder", make_reorder},
      {"transpose", make_reorder},
  };
  return kTable;
}

}  // namespace lepton::kernels::onednn
