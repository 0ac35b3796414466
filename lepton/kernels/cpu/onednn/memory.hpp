// Between our Layout and oneDNN's memory descriptors, and the process-wide engine and stream.
#pragma once

#include <dnnl.hpp>
#include <optional>
#include <vector>

#include "lepton/tensor/kernel.hpp"

namespace lepton::kernels::onednn {

using MemoryDesc = dnnl::memory::desc;

const dnnl::engine& engine();
const dnnl::stream& stream();

/// Where an axis of a oneDNN descriptor comes from: one of our axes, whole, or one of the two parts of an axis that is split into groups.
struct AxisSource {
  enum class Part : std::uint8_t { kWhole, kGroup, kWithinGroup };
  int axis = 0;
  Part part = Part::kWhole;
};

/// How oneDNN sees one of our tensors: its axes in terms of ours.
struct AxisMap {
  std::vector<AxisSource> sources;
  std::int64_t groups = 1;

  static AxisMap identity(int rank);
  /// The two axes of a matrix exchanged.
  static AxisMap swapped();
  /// [O, I/g, …] as oneDNN's [g, O/g, I/g, …]; without groups the identity.
  static AxisMap conv_weight(int rank, std::int64_t groups);
  /// [I, O/g, …] as oneDNN's [g, O/g, I/g, …] (without groups: [O, I, …]).
  static AxisMap conv_transpose_weight(int rank, std::int64_t groups);

  dnnl::memory::dims dims(const Shape& shape) const;
};

/// Returns the descriptor of an f32 tensor that lies as `layout` says, or nothing if oneDNN cannot express it.
std::optional<MemoryDesc> describe(const Shape& shape, const Layout& layout, const AxisMap& map);
/// True if both put every element in the same place (strides of axes with one index do not matter).
bool lies_alike(const MemoryDesc& a, const MemoryDesc& b);
/// A descriptor that leaves the layout to oneDNN.
MemoryDesc any_layout(const Shape& shape, const AxisMap& map);
/// Returns the Layout of a tensor of `shape` that `desc` describes, or nothing if it is opaque or not expressible in our axes.
std::optional<Layout> layout_of(const MemoryDesc& desc, const Shape& shape, const AxisMap& map);

/// Makes oneDNN use `threads` threads while it lives: the width of OpenMP's team is a property of the calling thread.
class ThreadScope {
 public:
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
  int wanted_;
};

/// Number of threads for a request: 1 where the build keeps OpenMP out.
int team_size(const KernelRequest& request);

}  // namespace lepton::kernels::onednn
