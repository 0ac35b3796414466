// Batch normalisation in f32: statistics in two passes, partial sums of each picture joined in a fixed order, then one pass that writes.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/batch_norm_planes.hpp"
#include "lepton/kernels/cpu/simd/kernels.hpp"
#include "lepton/kernels/cpu/simd/space.hpp"

namespace lepton::kernels::simd {
namespace {

constexpr std::int64_t kReplicas = 16;  // lanes that share a channel where channels are not innermost

// x as batch × groups planes of rows × lanes; `channels` of a group are consecutive.
struct Geometry {
  std::int64_t batch = 1, groups = 1, area = 1, lanes = 1, channels = 1, all_channels = 1;
  bool replicated = false;  // one channel per plane: its run is cut into kReplicas lanes

  std::int64_t planes() const { return batch * groups; }
  std::int64_t plane_size() const { return area * lanes; }
  std::int64_t width() const { return replicated ? kReplicas : lanes; }  // of the per-lane arrays
};

class BatchNorm : public Kernel {
 public:
  BatchNorm(const Geometry& geometry, double epsilon) : geometry_(geometry), epsilon_(epsilon) {
    const std::int64_t per_lane = geometry.groups * geometry.width();
    vector_bytes_ = (per_lane * static_cast<std::int64_t>(sizeof(double)) + 63) / 64 * 64;
    // Two partial sums per plane, then four vectors over all lanes.
    scratch_bytes = 2 * geometry.batch * vector_bytes_ + 4 * vector_bytes_;
    implementation = "simd:batch_norm";
  }

 protected:
  double count() const { return static_cast<double>(geometry_.batch * geometry_.area); }
  double* partial(std::byte* scratch, std::int64_t which, std::int64_t picture) const {
    return reinterpret_cast<double*>(scratch + (which * geometry_.batch + picture) * vector_bytes_);
  }
  float* vector(std::byte* scratch, std::int64_t which) const {
    return reinterpret_cast<float*>(scratch + (2 * geometry_.batch + which) * vector_bytes_);
  }

  // Runs a loop over all planes; `lanes` has per-lane pointers of group 0.
  void for_each_plane(void (*function)(const BatchNormPlane&), const BatchNormPlane& lanes, std::byte* scratch) const {
    const std::int64_t grain = std::max<std::int64_t>(1, 32 * 1024 / std::max<std::int64_t>(1, geometry_.plane_size()));
    parallel_for(geometry_.planes(), grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t plane = begin; plane < end; ++plane) run_plane(function, lanes, plane, scratch);
    });
  }

  void run_plane(void (*function)(const BatchNormPlane&), BatchNormPlane p, std::int64_t plane, std::byte* scratch) const {
    const std::int64_t group = plane % geometry_.groups, lane = group * geometry_.width(), size = geometry_.plane_size();
    const auto move = [](auto& pointer, std::int64_t by) { pointer = pointer == nullptr ? nullptr : pointer + by; };
    move(p.x, plane * size), move(p.g, plane * size), move(p.y, plane * size);
    move(p.mean, lane), move(p.factor, lane), move(p.offset, lane), move(p.slope, lane);
    p.first = partial(scratch, 0, plane / geometry_.groups) + lane;
    p.second = partial(scratch, 1, plane / geometry_.groups) + lane;
    p.lanes = geometry_.width();
    p.rows = size / p.lanes;
    function(p);
    if (const std::int64_t rest = size % p.lanes; rest > 0) {
      move(p.x, size - rest), move(p.g, size - rest), move(p.y, size - rest);
      p.rows = 1, p.lanes = rest;
      function(p);
    }
  }

  void clear_partials(std::byte* scratch) const { std::memset(scratch, 0, static_cast<std::size_t>(2 * geometry_.batch * vector_bytes_)); }

  // The sum of one channel: over pictures in order, then over replicas in order.
  double total(std::byte* scratch, std::int64_t which, std::int64_t channel) const {
    const std::int64_t first = geometry_.replicated ? channel * kReplicas : channel, lanes = geometry_.replicated ? kReplicas : 1;
    double sum = 0;
    for (std::int64_t picture = 0; picture < geometry_.batch; ++picture) {
      for (std::int64_t lane = 0; lane < lanes; ++lane) sum += partial(scratch, which, picture)[first + lane];
    }
    return sum;
  }

  // Sets the lanes of one channel in a per-lane vector.
  void set(float* lanes, std::int64_t channel, double value) const {
    if (geometry_.replicated) {
      std::fill_n(lanes + channel * kReplicas, kReplicas, static_cast<float>(value));
    } else {
      lanes[channel] = static_cast<float>(value);
    }
  }
  // Lanes of padding channels: everything 0, so that padding stays 0.
  void clear_vectors(std::byte* scratch) const {
    std::memset(scratch + 2 * geometry_.batch * vector_bytes_, 0, static_cast<std::size_t>(4 * vector_bytes_));
  }

  Geometry geometry_;
  double epsilon_;
  std::int64_t vector_bytes_ = 0;
};

class BatchNormTraining final : public BatchNorm {
 public:
  using BatchNorm::BatchNorm;
  void run(const KernelArguments& arguments) const override {
    std::byte* scratch = arguments.scratch;
    const BatchNormFunctions& functions = batch_norm_functions();
    clear_partials(scratch);
    clear_vectors(scratch);
    BatchNormPlane p{.x = arguments.input<float>(0), .y = arguments.output<float>(0)};
    float *mean = vector(scratch, 0), *factor = vector(scratch, 1), *offset = vector(scratch, 2);
    p.mean = mean, p.factor = factor, p.offset = offset;
    for_each_plane(functions.sums, p, scratch);
    for (std::int64_t c = 0; c < geometry_.all_channels; ++c) {
      const double value = total(scratch, 0, c) / count();
      set(mean, c, value);
      arguments.output<float>(1)[c] = static_cast<float>(value);
    }
    clear_partials(scratch);
    for_each_plane(functions.squares, p, scratch);
    for (std::int64_t c = 0; c < geometry_.all_channels; ++c) {
      const double variance = total(scratch, 0, c) / count();
      arguments.output<float>(2)[c] = static_cast<float>(variance);
      set(factor, c, static_cast<double>(arguments.input<float>(1)[c]) / std::sqrt(variance + epsilon_));
      set(offset, c, static_cast<double>(arguments.input<float>(2)[c]));
    }
    for_each_plane(functions.normalize, p, scratch);
  }
};

class BatchNormGradient final : public BatchNorm {
 public:
  using BatchNorm::BatchNorm;
  // With n = (x - mean) / s:  dx = scale / s (g - sum(g) / count - n sum(g n) / count).
  void run(const KernelArguments& arguments) const override {
    std::byte* scratch = arguments.scratch;
    const BatchNormFunctions& functions = batch_norm_functions();
    clear_partials(scratch);
    clear_vectors(scratch);
    BatchNormPlane p{.x = arguments.input<float>(0), .g = arguments.input<float>(4), .y = arguments.output<float>(0)};
    float *mean = vector(scratch, 0), *factor = vector(scratch, 1), *offset = vector(scratch, 2), *slope = vector(scratch, 3);
    p.mean = mean, p.factor = factor, p.offset = offset, p.slope = slope;
    for (std::int64_t c = 0; c < geometry_.all_channels; ++c) set(mean, c, static_cast<double>(arguments.input<float>(2)[c]));
    for_each_plane(functions.gradient_sums, p, scratch);
    for (std::int64_t c = 0; c < geometry_.all_channels; ++c) {
      const double inverse = 1 / std::sqrt(static_cast<double>(arguments.input<float>(3)[c]) + epsilon_);
      const double g = total(scratch, 0, c), gn = total(scratch, 1, c) * inverse;
      const double by = static_cast<double>(arguments.input<float>(1)[c]) * inverse;
      arguments.output<float>(1)[c] = static_cast<float>(gn);
      arguments.output<float>(2)[c] = static_cast<float>(g);
      set(slope, c, by);
      set(factor, c, -by * inverse * gn / count());
      set(offset, c, -by * g / count());
    }
    for_each_plane(functions.gradient, p, scratch);
  }
};

// x's layout as planes: row-major (channels outside, or innermost where nothing follows them) or blocks of channels innermost.
std::optional<Geometry> geometry_of(const TensorDesc& x) {
  const Shape& shape = x.type.shape;
  if (shape.rank() < 2 || shape.num_elements() == 0) return std::nullopt;
  Geometry g;
  g.batch = shape[0], g.all_channels = shape[1];
  for (int axis = 2; axis < shape.rank(); ++axis) g.area *= shape[axis];
  if (x.layout.is_row_major(shape)) {
    if (shape.rank() == 2 || g.area == 1) {
      // Rows of channels: one plane.
      g.area = g.batch, g.batch = 1, g.lanes = g.channels = shape[1];
      return g;
    }
    g.groups = shape[1], g.replicated = true;
    return g;
  }
  if (x.layout.blocks.size() != 1 || x.layout.blocks[0].axis != 1) return std::nullopt;
  const std::int64_t block = x.layout.blocks[0].size;
  Dims outer = shape.dims();
  outer[1] = (shape[1] + block - 1) / block;
  Dims strides = row_major_strides(Shape(outer));
  for (std::int64_t& stride : strides) stride *= block;
  if (strides != x.layout.strides) return std::nullopt;
  g.groups = outer[1], g.lanes = g.channels = block;
  return g;
}

}  // namespace

std::unique_ptr<Kernel> batch_norm(const KernelRequest& request) {
  const bool is_gradient = request.op == "batch_norm_gradient";
  TensorDesc x = request.inputs[0];
  if (request.program != nullptr || x.type.dtype != DType::kF32) return nullptr;
  auto geometry = geometry_of(x);
  if (!geometry && request.may_choose_layouts && x.type.shape.rank() >= 2) {
    x.layout = Layout::row_major(x.type.shape);
    geometry = geometry_of(x);
  }
  if (!geometry) return nullptr;
  const double epsilon = request.attributes->number("epsilon");
  std::unique_ptr<Kernel> kernel;
  if (is_gradient) {
    kernel = std::make_unique<BatchNormGradient>(*geometry, epsilon);
  } else {
    kernel = std::make_unique<BatchNormTraining>(*geometry, epsilon);
  }
  // Tensors of x's shape lie like x, vectors of channels are plain.
  const auto wanted = [&](const TensorDesc& desc) {
    return desc.type.shape == x.type.shape ? x.layout : Layout::row_major(desc.type.shape);
  };
  for (const TensorDesc& input : request.inputs) kernel->input_layouts.push_back(wanted(input));
  for (const TensorDesc& output : request.outputs) kernel->output_layouts.push_back(wanted(output));
  if (request.may_choose_layouts) return kernel;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    if (request.inputs[i].layout != kernel->input_layouts[i]) return nullptr;
  }
  for (std::size_t i = 0; i < request.outputs.size(); ++i) {
    if (request.outputs[i].layout != kernel->output_layouts[i]) return nullptr;
  }
  return kernel;
}

}  // namespace lepton::kernels::simd
