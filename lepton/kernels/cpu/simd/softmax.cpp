// softmax, log_softmax and logsumexp of f32 rows that lie contiguously: three passes over a row in cache.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/softmax.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/kernels.hpp"
#include "lepton/kernels/cpu/simd/math-inl.hpp"

#ifndef LEPTON_SIMD_SOFTMAX_KIND
#define LEPTON_SIMD_SOFTMAX_KIND
namespace lepton::kernels::simd {
enum class SoftmaxKind : std::uint8_t { kSoftmax, kLogSoftmax, kLogSumExp };
}  // namespace lepton::kernels::simd
#endif

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {
namespace {

// Calls body(vector, place, lanes that count) for a row, the last one partial; lanes behind the end hold `beyond`.
template <class Body>
HWY_INLINE void for_each_vector(const float* x, std::int64_t count, Floats beyond, const Body& body) {
  const FloatTag d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) body(hn::LoadU(d, x + i), i, lanes);
  if (i == count) return;
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(count - i));
  body(hn::IfThenElse(mask, hn::MaskedLoad(mask, d, x + i), beyond), i, count - i);
}

float largest_of(const float* x, std::int64_t count) {
  const FloatTag d;
  const Floats lowest = set(-std::numeric_limits<float>::infinity());
  Floats largest = lowest;
  for_each_vector(x, count, lowest, [&](Floats v, std::int64_t, std::int64_t) { largest = hn::Max(largest, v); });
  return hn::GetLane(hn::MaxOfLanes(d, largest));
}

// One row; y may be x. NaN anywhere makes every exponential sum NaN, as it should.
void row(const float* x, float* y, std::int64_t count, SoftmaxKind kind) {
  const FloatTag d;
  const float infinity = std::numeric_limits<float>::infinity();
  float shift = largest_of(x, count);
  if (kind == SoftmaxKind::kLogSumExp && !std::isfinite(shift)) shift = 0;
  const Floats shifts = set(shift);
  Floats sum = hn::Zero(d);
  for_each_vector(x, count, set(-infinity), [&](Floats v, std::int64_t i, std::int64_t lanes) {
    // Lanes behind the end add exp(-infinity) = 0, unless the shift is infinite too.
    Floats e = exp(hn::Sub(v, shifts));
    if (lanes < static_cast<std::int64_t>(hn::Lanes(d))) e = hn::IfThenElseZero(hn::FirstN(d, static_cast<std::size_t>(lanes)), e);
    sum = hn::Add(sum, e);
    if (kind == SoftmaxKind::kSoftmax) store_part(e, y + i, lanes);
  });
  const float total = hn::GetLane(hn::SumOfLanes(d, sum));
  if (kind == SoftmaxKind::kLogSumExp) {
    *y = std::log(total) + shift;
    return;
  }
  const Floats factor = set(kind == SoftmaxKind::kSoftmax ? 1.0f / total : std::log(total));
  const float* source = kind == SoftmaxKind::kSoftmax ? y : x;
  for_each_vector(source, count, hn::Zero(d), [&](Floats v, std::int64_t i, std::int64_t lanes) {
    store_part(kind == SoftmaxKind::kSoftmax ? hn::Mul(v, factor) : hn::Sub(hn::Sub(v, shifts), factor), y + i, lanes);
  });
}

}  // namespace

void softmax_rows(const float* x, float* y, std::int64_t rows, std::int64_t count, SoftmaxKind kind) {
  const std::int64_t step = kind == SoftmaxKind::kLogSumExp ? 1 : count;
  for (std::int64_t i = 0; i < rows; ++i) row(x + i * count, y + i * step, count, kind);
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
namespace {

HWY_EXPORT(softmax_rows);

class SoftmaxKernel final : public Kernel {
 public:
  SoftmaxKernel(std::int64_t rows, std::int64_t count, SoftmaxKind kind) : rows_(rows), count_(count), kind_(kind) {
    implementation = "simd:softmax";
  }
  void run(const KernelArguments& arguments) const override {
    const auto function = HWY_DYNAMIC_DISPATCH(softmax_rows);
    const std::int64_t step = kind_ == SoftmaxKind::kLogSumExp ? 1 : count_;
    parallel_for(rows_, std::max<std::int64_t>(1, 16 * 1024 / count_), [&](std::int64_t begin, std::int64_t end) {
      function(arguments.input<float>(0) + begin * count_, arguments.output<float>(0) + begin * step, end - begin, count_, kind_);
    });
  }

 private:
  std::int64_t rows_, count_;
  SoftmaxKind kind_;
};

bool is_last_axis(const KernelRequest& request, int rank) {
  if (request.op == "logsumexp") {
    const auto& axes = request.attributes->integers("axes");
    return axes.size() == 1 && (axes[0] == -1 || axes[0] == rank - 1);
  }
  const std::int64_t axis = request.attributes->integer("axis");
  return axis == -1 || axis == rank - 1;
}

}  // namespace

std::unique_ptr<Kernel> softmax(const KernelRequest& request) {
  const TensorDesc &x = request.inputs[0], &y = request.outputs[0];
  const Shape& shape = x.type.shape;
  if (request.program != nullptr || x.type.dtype != DType::kF32 || shape.rank() == 0 || shape.num_elements() == 0) return nullptr;
  const bool row_major = x.layout.is_row_major(shape) && y.layout.is_row_major(y.type.shape);
  if (!is_last_axis(request, shape.rank()) || (!row_major && !request.may_choose_layouts)) return nullptr;
  const SoftmaxKind kind = request.op == "softmax"       ? SoftmaxKind::kSoftmax
                           : request.op == "log_softmax" ? SoftmaxKind::kLogSoftmax
                                                         : SoftmaxKind::kLogSumExp;
  auto kernel = std::make_unique<SoftmaxKernel>(shape.num_elements() / shape[-1], shape[-1], kind);
  kernel->input_layouts = {Layout::row_major(shape)};
  kernel->output_layouts = {Layout::row_major(y.type.shape)};
  return kernel;
}

}  // namespace lepton::kernels::simd
#endif
