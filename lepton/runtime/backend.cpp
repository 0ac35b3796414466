// The processor's list of implementations, best first.
#include "lepton/runtime/backend.hpp"

#include "lepton/kernels/cpu/ref/ref.hpp"
#include "lepton/kernels/cpu/ref/reorder.hpp"

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

class CpuBackend final : public Backend {
 public:
  std::string_view name() const override { return "cpu"; }
  std::unique_ptr<Kernel> prepare(const KernelRequest& request) const override { return reference_backend().prepare(request); }
  bool has_kernel(std::string_view op) const override { return reference_backend().has_kernel(op); }
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
