// What the kernels of recurrent operators share on the host's side: sizes, scratch and the split into work for threads.
#pragma once

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::simd {

/// Sizes of a run and what all its loops read. Sequences are [batch, steps, …].
struct RecurrentSizes {
  std::int64_t batch = 0, steps = 0, units = 0;
  bool reverse = false;  // the loops run from the last step to the first
  const std::uint8_t* mask = nullptr;

  std::int64_t step_at(std::int64_t i) const { return reverse ? steps - 1 - i : i; }
  std::int64_t place(std::int64_t row, std::int64_t step) const { return row * steps + step; }
  bool counts(std::int64_t row, std::int64_t step) const { return mask == nullptr || mask[place(row, step)] != 0; }
};

/// Floats of the widest vector that a kernel of ours is compiled for; scratch is padded to it.
inline constexpr std::int64_t kWidestVector = 16;

/// A kernel over rows that do not depend on each other: each thread runs all steps of its rows, and no thread waits for another.
class RecurrentKernel : public Kernel {
 public:
  /// True if all operands are f32 (a mask: bool), not empty, and row-major or to be made so.
  static bool takes(const KernelRequest& request);

 protected:
  /// `sequence` and `kernel`: numbers of a sequence [batch, steps, …] and of the recurrent kernel among the inputs. `backwards`: the loops
  /// run against the operator's direction.
  RecurrentKernel(const KernelRequest& request, std::size_t sequence, std::size_t kernel, bool backwards);

  /// Reserves scratch for floats; returns where they lie.
  std::int64_t reserve(std::int64_t count);
  static float* floats(const KernelArguments& arguments, std::int64_t place) { return reinterpret_cast<float*>(arguments.scratch + place); }
  /// Units up to full vectors, and up to full panels of the transposed kernel (four vectors).
  std::int64_t padded_units() const { return rounded(kWidestVector); }
  std::int64_t padded_panels() const { return rounded(4 * kWidestVector); }
  static const float* input_or_null(const KernelArguments& arguments, std::size_t i) {
    return i < arguments.inputs.size() ? arguments.input<float>(i) : nullptr;
  }
  /// The result, or null where nobody asked for it.
  float* output_or_null(const KernelArguments& arguments, std::size_t i) const {
    return i < output_layouts.size() ? arguments.output<float>(i) : nullptr;
  }
  /// Packs the recurrent kernel for h U, and for [dgates] Uᵀ.
  void pack(const float* kernel, float* packed) const;
  void pack_transposed(const float* kernel, float* packed) const;
  /// A copy of the sizes with the mask of this run, if the kernel has one at `mask`.
  RecurrentSizes sizes_with(const KernelArguments& arguments, std::size_t mask) const;

  RecurrentSizes sizes_;

 private:
  std::int64_t gates_;
  std::int64_t rounded(std::int64_t to) const { return (sizes_.units + to - 1) / to * to; }
};

}  // namespace lepton::kernels::simd
