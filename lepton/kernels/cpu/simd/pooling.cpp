// The gradient of max pooling over two spatial axes, without a workspace: the first place of a window that equals y gets its gradient.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/pooling.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/kernels.hpp"
#include "lepton/kernels/cpu/simd/space.hpp"
#include "lepton/tensor/window.hpp"

#ifndef LEPTON_SIMD_POOL_PLAN
#define LEPTON_SIMD_POOL_PLAN
namespace lepton::kernels::simd {
// Planes of [height, width, lanes]; lanes are the channels of a block, or 1.
struct PoolPlan {
  std::int64_t planes = 1, lanes = 1;
  std::int64_t in[2] = {}, out[2] = {}, window[2] = {}, stride[2] = {}, dilation[2] = {}, begin[2] = {};
  bool covers = false;    // every place of x belongs to exactly one window
  bool is_pairs = false;  // windows of 2 by 2 side by side, none over the edge
};
}  // namespace lepton::kernels::simd
#endif

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The steps of a window along one axis that lie inside.
struct Span {
  std::int64_t start;        // of step 0, maybe outside
  std::int64_t first, last;  // steps [first, last) inside
};
HWY_INLINE Span span_at(const PoolPlan& p, int axis, std::int64_t index) {
  const std::int64_t start = index * p.stride[axis] - p.begin[axis], step = p.dilation[axis];
  if (start >= 0 && start + (p.window[axis] - 1) * step < p.in[axis]) return {start, 0, p.window[axis]};
  return {start, start < 0 ? (-start + step - 1) / step : 0, std::min(p.window[axis], (p.in[axis] - start + step - 1) / step)};
}

// One window of all lanes, a vector at a time.
template <bool kCovers, std::size_t kLanes>
HWY_INLINE void spread(const PoolPlan& p, const Span& rows, const Span& columns, const float* x, const float* y, const float* g,
                       float* dx) {
  constexpr auto kStep = static_cast<std::int64_t>(kLanes);
  const hn::CappedTag<float, kLanes> d;
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t lane = 0; lane < kStep; lane += width) {
    const auto largest = hn::LoadU(d, y + lane), gradient = hn::LoadU(d, g + lane);
    auto left = hn::FirstN(d, hn::Lanes(d));
    for (std::int64_t i = rows.first; i < rows.last; ++i) {
      const std::int64_t base = ((rows.start + i * p.dilation[0]) * p.in[1] + columns.start) * kStep + lane;
      for (std::int64_t j = columns.first; j < columns.last; ++j) {
        const std::int64_t place = base + j * p.dilation[1] * kStep;
        const auto chosen = hn::And(hn::Eq(hn::LoadU(d, x + place), largest), left);
        left = hn::AndNot(chosen, left);
        const auto part = hn::IfThenElseZero(chosen, gradient);
        hn::StoreU(kCovers ? part : hn::Add(hn::LoadU(d, dx + place), part), d, dx + place);
      }
    }
  }
}

// The same for one lane.
template <bool kCovers>
HWY_INLINE void spread_scalar(const PoolPlan& p, const Span& rows, const Span& columns, const float* x, const float* y, const float* g,
                              float* dx) {
  bool left = true;
  for (std::int64_t i = rows.first; i < rows.last; ++i) {
    const std::int64_t base = (rows.start + i * p.dilation[0]) * p.in[1] + columns.start;
    for (std::int64_t j = columns.first; j < columns.last; ++j) {
      const std::int64_t place = base + j * p.dilation[1];
      const bool chosen = left && x[place] == *y;
      left = left && !chosen;
      dx[place] = (kCovers ? 0.0f : dx[place]) + (chosen ? *g : 0.0f);
    }
  }
}

// The commonest pool: windows of 2 by 2, all inside, that do not overlap.
template <std::size_t kLanes>
void plane_of_pairs(const PoolPlan& p, const float* x, const float* y, const float* g, float* dx) {
  const hn::CappedTag<float, kLanes> d;
  constexpr auto kStep = static_cast<std::int64_t>(kLanes);
  const auto width = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t line = p.in[1] * kStep;
  for (std::int64_t row = 0; row < p.out[0]; ++row, x += 2 * line, dx += 2 * line) {
    for (std::int64_t i = 0; i < p.out[1] * kStep; i += width, y += width, g += width) {
      const std::int64_t place = i / kStep * 2 * kStep + i % kStep;
      const auto largest = hn::LoadU(d, y), gradient = hn::LoadU(d, g);
      const auto a = hn::Eq(hn::LoadU(d, x + place), largest), b = hn::Eq(hn::LoadU(d, x + place + kStep), largest);
      const auto c = hn::Eq(hn::LoadU(d, x + place + line), largest), e = hn::Eq(hn::LoadU(d, x + place + line + kStep), largest);
      const auto ab = hn::Or(a, b);
      hn::StoreU(hn::IfThenElseZero(a, gradient), d, dx + place);
      hn::StoreU(hn::IfThenElseZero(hn::AndNot(a, b), gradient), d, dx + place + kStep);
      hn::StoreU(hn::IfThenElseZero(hn::AndNot(ab, c), gradient), d, dx + place + line);
      hn::StoreU(hn::IfThenElseZero(hn::AndNot(hn::Or(ab, c), e), gradient), d, dx + place + line + kStep);
    }
  }
}

template <bool kCovers, std::size_t kLanes>
void plane(const PoolPlan& p, const float* x, const float* y, const float* g, float* dx) {
  if (!kCovers) std::memset(dx, 0, static_cast<std::size_t>(p.in[0] * p.in[1] * p.lanes) * sizeof(float));
  for (std::int64_t row = 0; row < p.out[0]; ++row) {
    const Span rows = span_at(p, 0, row);
    for (std::int64_t column = 0; column < p.out[1]; ++column, y += kLanes, g += kLanes) {
      const Span columns = span_at(p, 1, column);
      kLanes == 1 ? spread_scalar<kCovers>(p, rows, columns, x, y, g, dx) : spread<kCovers, kLanes>(p, rows, columns, x, y, g, dx);
    }
  }
}

template <std::size_t kLanes>
auto of_lanes(const PoolPlan& p) {
  if (p.is_pairs && kLanes > 1) return plane_of_pairs<kLanes>;
  return p.covers ? plane<true, kLanes> : plane<false, kLanes>;
}

}  // namespace

void max_pool_gradient_planes(const PoolPlan& p, const float* x, const float* y, const float* g, float* dx, std::int64_t begin,
                              std::int64_t end) {
  const std::int64_t in = p.in[0] * p.in[1] * p.lanes, out = p.out[0] * p.out[1] * p.lanes;
  const auto function = p.lanes == 16 ? of_lanes<16>(p) : p.lanes == 8 ? of_lanes<8>(p) : p.lanes == 4 ? of_lanes<4>(p) : of_lanes<1>(p);
  for (std::int64_t i = begin; i < end; ++i) {
    function(p, x + i * in, y + i * out, g + i * out, dx + i * in);
  }
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
namespace {

HWY_EXPORT(max_pool_gradient_planes);

class MaxPoolGradientKernel final : public Kernel {
 public:
  explicit MaxPoolGradientKernel(const PoolPlan& plan) : plan_(plan) { implementation = "simd:max_pool_gradient"; }
  void run(const KernelArguments& arguments) const override {
    const auto function = HWY_DYNAMIC_DISPATCH(max_pool_gradient_planes);
    const std::int64_t plane = plan_.in[0] * plan_.in[1] * plan_.lanes;
    parallel_for(plan_.planes, std::max<std::int64_t>(1, 32 * 1024 / plane), [&](std::int64_t begin, std::int64_t end) {
      function(plan_, arguments.input<float>(0), arguments.input<float>(1), arguments.input<float>(2), arguments.output<float>(0), begin,
               end);
    });
  }

 private:
  PoolPlan plan_;
};

// Geometry of the two spatial axes; an operator with one has a first of size 1.
std::optional<PoolPlan> geometry(const KernelRequest& request) {
  const Dims& x = request.inputs[0].type.shape.dims();
  const auto axes = window_axes("max_pool_gradient", std::span(x).subspan(2), request.attributes->integers("window"), *request.attributes);
  if (!axes) return std::nullopt;
  PoolPlan p;
  p.covers = p.is_pairs = true;
  for (std::size_t i = 0; i < 2; ++i) {
    const bool given = i + axes->size() >= 2;
    const WindowAxis axis = given ? (*axes)[i + axes->size() - 2] : WindowAxis{};
    p.in[i] = axis.input, p.out[i] = axis.output, p.window[i] = axis.kernel;
    p.stride[i] = axis.stride, p.dilation[i] = axis.dilation, p.begin[i] = axis.pad_begin;
    p.covers = p.covers && axis.dilation == 1 && axis.stride == axis.kernel && axis.output * axis.stride - axis.pad_begin >= axis.input;
    p.is_pairs = p.is_pairs && p.covers && axis.kernel == 2 && axis.pad_begin == 0 && axis.input == 2 * axis.output;
  }
  return p;
}

// Channels of one block, if the layout is dense planes of [spatial…, block].
std::int64_t block_lanes(const TensorDesc& desc) {
  if (desc.layout.blocks.empty()) return 1;
  if (desc.layout.blocks.size() != 1 || desc.layout.blocks[0].axis != 1) return 0;
  const std::int64_t lanes = desc.layout.blocks[0].size;
  return lanes == 4 || lanes == 8 || lanes == 16 ? lanes : 0;
}

// The layout of planes of [spatial…, lanes], channels and batch outside.
Layout planes_layout(const Shape& shape, std::int64_t lanes) {
  if (lanes == 1) return Layout::row_major(shape);
  Dims outer = shape.dims();
  outer[1] = (outer[1] + lanes - 1) / lanes;
  Dims strides = row_major_strides(Shape(outer));
  for (std::int64_t& stride : strides) stride *= lanes;
  return {std::move(strides), {{1, lanes}}};
}

}  // namespace

std::unique_ptr<Kernel> max_pool_gradient(const KernelRequest& request) {
  const TensorDesc& x = request.inputs[0];
  const int rank = x.type.shape.rank();
  if (request.program != nullptr || x.type.dtype != DType::kF32 || rank < 3 || rank > 4 || x.type.shape.num_elements() == 0) return nullptr;
  const auto found = geometry(request);
  if (!found) return nullptr;
  PoolPlan plan = *found;
  // Follow x; blocks of channels are what vectors like, so without a choice made already take them where the planner allows.
  plan.lanes = block_lanes(x);
  if (plan.lanes == 0) {
    if (!request.may_choose_layouts) return nullptr;
    plan.lanes = 1;
  }
  const Layout wide = planes_layout(x.type.shape, plan.lanes), narrow = planes_layout(request.inputs[1].type.shape, plan.lanes);
  const auto lies = [](const TensorDesc& desc, const Layout& layout) { return desc.layout == layout; };
  if (!request.may_choose_layouts &&
      !(lies(x, wide) && lies(request.inputs[1], narrow) && lies(request.inputs[2], narrow) && lies(request.outputs[0], wide)))
    return nullptr;
  const std::int64_t blocks = (x.type.shape[1] + plan.lanes - 1) / plan.lanes;
  plan.planes = x.type.shape[0] * blocks;
  auto kernel = std::make_unique<MaxPoolGradientKernel>(plan);
  kernel->input_layouts = {wide, narrow, narrow};
  kernel->output_layouts = {wide};
  return kernel;
}

}  // namespace lepton::kernels::simd
#endif
