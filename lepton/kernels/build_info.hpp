// What the kernels run on: part of what "the same bits" depends on.
#pragma once

#include <string>

namespace lepton::kernels {

/// The widest vector instructions that our own kernels use on this processor, e.g. "AVX3_ZEN4".
std::string instruction_set();
/// Version of oneDNN and the instructions that it uses, e.g. "2.7.2 avx512_core_bf16".
std::string onednn_version();

}  // namespace lepton::kernels
