// Asks Highway and oneDNN.
#include "lepton/kernels/build_info.hpp"

#include <fmt/format.h>
#include <hwy/targets.h>

#include <dnnl.hpp>

namespace lepton::kernels {
namespace {

std::string_view name_of_isa(dnnl::cpu_isa isa) {
  switch (isa) {
    case dnnl::cpu_isa::sse41:
      return "sse41";
    case dnnl::cpu_isa::avx:
      return "avx";
    case dnnl::cpu_isa::avx2:
      return "avx2";
    case dnnl::cpu_isa::avx2_vnni:
      return "avx2_vnni";
    case dnnl::cpu_isa::avx512_core:
      return "avx512_core";
    case dnnl::cpu_isa::avx512_core_vnni:
      return "avx512_core_vnni";
    case dnnl::cpu_isa::avx512_core_bf16:
      return "avx512_core_bf16";
    case dnnl::cpu_isa::avx512_core_amx:
      return "avx512_core_amx";
    default:
      return "other";
  }
}

}  // namespace

std::string instruction_set() {
  // Better targets have lower bits.
  const std::int64_t supported = hwy::SupportedTargets();
  return hwy::TargetName(supported & -supported);
}

std::string onednn_version() {
  const dnnl_version_t* version = dnnl::version();
  return fmt::format("{}.{}.{} {}", version->major, version->minor, version->patch, name_of_isa(dnnl::get_effective_cpu_isa()));
}

}  // namespace lepton::kernels
