// Reference operators along one axis: running sums, places of extremes, sorting. NaN counts as the largest value.
#include <algorithm>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"
#include "lepton/kernels/cpu/ref/fold.hpp"

namespace lepton::kernels::ref {
namespace {

template <class T>
bool is_nan(T value) {
  return value != value;
}
template <class T>
bool is_less(T a, T b) {
  return a < b || (is_nan(b) && !is_nan(a));
}

template <class T>
void cumsum_of(const RefCall& call) {
  using Sum = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
  const bool exclusive = call.attributes.flag("exclusive"), reverse = call.attributes.flag("reverse");
  const Fold fold = Fold::of_axis(call);
  const T* x = call.input<T>(0);
  T* y = call.output<T>();
  const std::int64_t stride = fold.folded_strides[0];
  fold.for_each_result([&](std::int64_t, std::int64_t first) {
    Sum sum{};
    for (std::int64_t i = 0; i < fold.count; ++i) {
      const std::int64_t place = first + (reverse ? fold.count - 1 - i : i) * stride;
      const Sum before = sum;
      sum += static_cast<Sum>(x[place]);
      y[place] = static_cast<T>(exclusive ? before : sum);
    }
  });
}
void cumsum(const RefCall& call) {
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) { cumsum_of<T>(call); });
}

// The first place of the largest (smallest) element; the first NaN wins.
template <bool kLargest>
void arg_extreme(const RefCall& call) {
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const Fold fold = Fold::of_axis(call);
    const T* x = call.input<T>(0);
    auto* y = call.output<std::int64_t>();
    const std::int64_t stride = fold.folded_strides[0];
    fold.for_each_result([&](std::int64_t result, std::int64_t first) {
      std::int64_t best = 0;
      for (std::int64_t i = 1; i < fold.count; ++i) {
        const T candidate = x[first + i * stride], leader = x[first + best * stride];
        if (!is_nan(leader) && (is_nan(candidate) || (kLargest ? candidate > leader : candidate < leader))) best = i;
      }
      y[result] = best;
    });
  });
}

// Sorts the places along the axis and writes the first `keep` of them; equal elements stay in order. The places lie in scratch.
template <class T>
void sort_places(const RefCall& call, std::int64_t keep, bool descending) {
  const Fold fold = Fold::of_axis(call);
  const T* x = call.input<T>(0);
  T* values = call.output<T>(0);
  auto* indices = call.output<std::int64_t>(1);
  auto* places = reinterpret_cast<std::int64_t*>(call.scratch());
  const std::int64_t stride = fold.folded_strides[0];
  fold.for_each_result([&](std::int64_t result, std::int64_t first) {
    for (std::int64_t i = 0; i < fold.count; ++i) places[i] = i;
    std::partial_sort(places, places + keep, places + fold.count, [&](std::int64_t a, std::int64_t b) {
      const T left = x[first + a * stride], right = x[first + b * stride];
      if (descending ? is_less(right, left) : is_less(left, right)) return true;
      if (descending ? is_less(left, right) : is_less(right, left)) return false;
      return a < b;
    });
    // Along the axis the result has `keep` elements instead of `count`; the axes after it have `stride` elements together.
    const std::int64_t target = result / stride * keep * stride + result % stride;
    for (std::int64_t i = 0; i < keep; ++i) {
      values[target + i * stride] = x[first + places[i] * stride];
      indices[target + i * stride] = places[i];
    }
  });
}

void sort(const RefCall& call) {
  visit_number(call.dtype(0),
               [&]<class T>(TypeTag<T>) { sort_places<T>(call, Fold::of_axis(call).count, call.attributes.flag("descending")); });
}
void top_k(const RefCall& call) {
  visit_number(call.dtype(0),
               [&]<class T>(TypeTag<T>) { sort_places<T>(call, call.attributes.integer("k"), call.attributes.flag("largest")); });
}
std::int64_t places_scratch(std::span<const TensorDesc> inputs, const Attributes& attributes) {
  return inputs[0].type.shape[static_cast<int>(attributes.integer("axis"))] * static_cast<std::int64_t>(sizeof(std::int64_t));
}

constexpr RefEntry kTable[] = {
    {"argmax", arg_extreme<true>},  {"argmin", arg_extreme<false>},   {"cumsum", cumsum},
    {"sort", sort, places_scratch}, {"top_k", top_k, places_scratch},
};

}  // namespace

std::span<const RefEntry> sorting_table() { return kTable; }

}  // namespace lepton::kernels::ref
