// Backend: a source of kernels. The planner asks it for every node; it knows no graph.
#pragma once

#include <memory>
#include <string_view>

#include "lepton/tensor/kernel.hpp"

namespace lepton::runtime {

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// Returns the best kernel for the request, or null if every implementation declines.
  virtual std::unique_ptr<Kernel> prepare(const KernelRequest& request) const = 0;
  /// True if some implementation lists the operator; it may still decline a request.
  virtual bool has_kernel(std::string_view op) const = 0;
};

/// The processor: oneDNN's primitives, our SIMD loops, then the reference kernels, in this order.
const Backend& cpu_backend();
/// Reference kernels only: slow, plain, for comparisons.
const Backend& reference_backend();

}  // namespace lepton::runtime
