// Reorder: copies a tensor from one physical layout into another, both of any kind (strided, broadcast, blocked).
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::ref {

/// A prepared copy between two layouts of one tensor type. run() allocates nothing. Padding of a blocked destination is zeroed.
class Reorder {
 public:
  /// Both must have the same type.
  Reorder(const TensorDesc& from, const TensorDesc& to);
  void run(const std::byte* from, std::byte* to) const;

 private:
  // Offsets of every index of one axis, in elements: layouts are separable by axis.
  struct Axis {
    std::int64_t size = 1;
    std::vector<std::int64_t> from, to;
  };
  template <class T>
  void copy(const T* from, T* to) const;
  template <class T>
  void copy_outer(std::int64_t begin, std::int64_t end, const T* from, T* to) const;

  std::vector<Axis> axes_;  // the last one is walked fastest
  std::int64_t outer_count_ = 1;
  std::int64_t count_ = 0;
  std::int64_t clear_bytes_ = 0;  // of a padded destination
  std::size_t element_size_ = 0;
  bool dense_rows_ = false;  // the fastest axis is contiguous on both sides
};

/// The kernel of "reorder": one operand, one result of the same type, any layouts. Never declines.
std::unique_ptr<Kernel> prepare_reorder(const KernelRequest& request);

}  // namespace lepton::kernels::ref
