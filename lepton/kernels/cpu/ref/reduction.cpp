// Reference reductions: every input element is folded into the output element it belongs to.
#include <algorithm>

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {
namespace {

// Strides into the (row-major) result for each axis of the input: 0 along folded axes.
void result_strides(const RefCall& call, std::int64_t* strides) {
  const Shape& x = call.shape(0);
  const auto& axes = call.attributes.integers("axes");
  std::int64_t stride = 1;
  for (int axis = x.rank() - 1; axis >= 0; --axis) {
    const bool folded = axes.empty() || std::ranges::any_of(axes, [&](std::int64_t a) { return a == axis || a + x.rank() == axis; });
    strides[axis] = folded ? 0 : stride;
    if (!folded) stride *= x[axis];
  }
}

// Accumulates in the order of the input, in T: a wider accumulator would need memory for each result.
template <class T>
void sum_into(const T* x, const Shape& shape, IndexWalk& walk, T* y, std::int64_t count) {
  std::fill(y, y + count, T{});
  const std::int64_t total = shape.num_elements();
  for (std::int64_t i = 0; i < total; ++i, walk.next()) y[walk.offset(0)] = static_cast<T>(y[walk.offset(0)] + x[i]);
}

void sum(const RefCall& call) {
  std::int64_t strides[IndexWalk::kMaxRank];
  result_strides(call, strides);
  visit_dtype(call.dtype(0), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      IndexWalk walk(call.shape(0));
      walk.add_strided({strides, static_cast<std::size_t>(call.shape(0).rank())});
      sum_into(call.input<T>(0), call.shape(0), walk, call.output<T>(), call.output_shape().num_elements());
    }
  });
}

void sum_to_like(const RefCall& call) {
  visit_dtype(call.dtype(0), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      IndexWalk walk(call.shape(0));
      walk.add_broadcast(call.output_shape());
      sum_into(call.input<T>(0), call.shape(0), walk, call.output<T>(), call.output_shape().num_elements());
    }
  });
}

constexpr RefEntry kTable[] = {{"sum", sum}, {"sum_to_like", sum_to_like}};

}  // namespace

std::span<const RefEntry> reduction_table() { return kTable; }

}  // namespace lepton::kernels::ref
