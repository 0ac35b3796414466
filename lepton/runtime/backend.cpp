// The processor's list of implementations, best first.
#include "lepton/runtime/backend.hpp"

#include <map>
#include <vector>

#include "lepton/kernels/cpu/onednn/onednn.hpp"
#include "lepton/kernels/cpu/ref/ref.hpp"
#include "lepton/kernels/cpu/ref/reorder.hpp"
#include "lepton/kernels/cpu/simd/simd.hpp"

namespace lepton::runtime {
namespace {

class ReferenceBackend final : public Backend {
 public:
  std::string_view name() const override { return "reference"; }
  std::unique_ptr<Kernel> prepare(const KernelRequest& request) const override {
    return request.op == "reorder" ? kernels::ref::prepare_reorder(request) : kernels::ref::prepare(request);
  }
  bool has_kernel(std::string_view op) const override { return op == "reorder" || kernels::ref::has_kernel(op); }
};

// The fast implementations of each operator in the order in which they are tried.
using FastKernels = std::map<std::string_view, std::vector<PrepareKernel>>;

const FastKernels& fast_kernels() {
  static const FastKernels all = [] {
    FastKernels made;
    for (const auto table : {kernels::onednn::table(), kernels::simd::table()}) {
      for (const KernelEntry& entry : table) made[entry.op].push_back(entry.prepare);
    }
    return made;
  }();
  return all;
}

class CpuBackend final : public Backend {
 public:
  std::string_view name() const override { return "cpu"; }
  std::unique_ptr<Kernel> prepare(const KernelRequest& request) const override {
    if (const auto found = fast_kernels().find(request.op); found != fast_kernels().end()) {
      for (const PrepareKernel candidate : found->second) {
        if (auto kernel = candidate(request)) return kernel;
      }
    }
    return reference_backend().prepare(request);
  }
  bool has_kernel(std::string_view op) const override { return fast_kernels().contains(op) || reference_backend().has_kernel(op); }
};

}  // namespace

const Backend& cpu_backend() {
  static const CpuBackend backend;
  return backend;
}

const Backend& reference_backend() {
  static const ReferenceBackend backend;
  return backend;
}

}  // namespace lepton::runtime
