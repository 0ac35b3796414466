// Reference reductions: floats are accumulated in double, integers wrap around.
#include <cmath>
#include <limits>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"
#include "lepton/kernels/cpu/ref/fold.hpp"

namespace lepton::kernels::ref {
namespace {

// Integers in unsigned 64 bits, where overflow is defined.
template <class T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

template <class T>
void sum_of(const RefCall& call, const Fold& fold) {
  const T* x = call.input<T>(0);
  T* y = call.output<T>();
  fold.for_each_result([&](std::int64_t result, std::int64_t first) {
    Accumulator<T> sum{};
    fold.for_each_element(first, [&](std::int64_t i) { sum += static_cast<Accumulator<T>>(x[i]); });
    y[result] = static_cast<T>(sum);
  });
}

void sum(const RefCall& call) {
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) { sum_of<T>(call, Fold::of_axes(call)); });
}

void sum_to_like(const RefCall& call) {
  const Shape &x = call.shape(0), &like = call.output_shape();
  const int added = x.rank() - like.rank();
  const Fold fold(x, [&](int axis) { return axis < added || like[axis - added] == 1; });
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) { sum_of<T>(call, fold); });
}

void mean(const RefCall& call) {
  visit_float(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const Fold fold = Fold::of_axes(call);
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    fold.for_each_result([&](std::int64_t result, std::int64_t first) {
      double sum = 0;
      fold.for_each_element(first, [&](std::int64_t i) { sum += static_cast<double>(x[i]); });
      y[result] = static_cast<T>(sum / static_cast<double>(fold.count));
    });
  });
}

void prod(const RefCall& call) {
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const Fold fold = Fold::of_axes(call);
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    fold.for_each_result([&](std::int64_t result, std::int64_t first) {
      Accumulator<T> product{1};
      fold.for_each_element(first, [&](std::int64_t i) { product *= static_cast<Accumulator<T>>(x[i]); });
      y[result] = static_cast<T>(product);
    });
  });
}

// The largest (smallest) element; the first NaN wins.
template <bool kLargest>
void extreme(const RefCall& call) {
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const Fold fold = Fold::of_axes(call);
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    fold.for_each_result([&](std::int64_t result, std::int64_t first) {
      T best = x[first];
      fold.for_each_element(first, [&](std::int64_t i) {
        if (best == best && (x[i] != x[i] || (kLargest ? x[i] > best : x[i] < best))) best = x[i];
      });
      y[result] = best;
    });
  });
}

// any (kStart false) and all (kStart true): the result is the opposite of kStart if one element is.
template <bool kStart>
void logic(const RefCall& call) {
  const Fold fold = Fold::of_axes(call);
  const bool* x = call.input<bool>(0);
  bool* y = call.output<bool>();
  fold.for_each_result([&](std::int64_t result, std::int64_t first) {
    bool found = kStart;
    fold.for_each_element(first, [&](std::int64_t i) { found = kStart ? found && x[i] : found || x[i]; });
    y[result] = found;
  });
}

// Shifted by the largest element so that exp cannot overflow; infinities need no shift.
void logsumexp(const RefCall& call) {
  visit_float(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const Fold fold = Fold::of_axes(call);
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    fold.for_each_result([&](std::int64_t result, std::int64_t first) {
      double largest = -std::numeric_limits<double>::infinity();
      fold.for_each_element(first, [&](std::int64_t i) { largest = std::fmax(largest, static_cast<double>(x[i])); });
      const double shift = std::isfinite(largest) ? largest : 0;
      double sum = 0;
      fold.for_each_element(first, [&](std::int64_t i) { sum += std::exp(static_cast<double>(x[i]) - shift); });
      y[result] = static_cast<T>(std::log(sum) + shift);
    });
  });
}

// softmax and log_softmax along one axis.
template <bool kLog>
void softmax(const RefCall& call) {
  visit_float(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const Fold fold = Fold::of_axis(call);
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    fold.for_each_result([&](std::int64_t, std::int64_t first) {
      double largest = -std::numeric_limits<double>::infinity();
      fold.for_each_element(first, [&](std::int64_t i) { largest = std::fmax(largest, static_cast<double>(x[i])); });
      double sum = 0;
      fold.for_each_element(first, [&](std::int64_t i) { sum += std::exp(static_cast<double>(x[i]) - largest); });
      fold.for_each_element(first, [&](std::int64_t i) {
        const double shifted = static_cast<double>(x[i]) - largest;
        y[i] = static_cast<T>(kLog ? shifted - std::log(sum) : std::exp(shifted) / sum);
      });
    });
  });
}

constexpr RefEntry kTable[] = {
    {"all", logic<true>},        {"any", logic<false>}, {"log_softmax", softmax<true>}, {"logsumexp", logsumexp},
    {"max", extreme<true>},      {"mean", mean},        {"min", extreme<false>},        {"prod", prod},
    {"softmax", softmax<false>}, {"sum", sum},          {"sum_to_like", sum_to_like},
};

}  // namespace

std::span<const RefEntry> reduction_table() { return kTable; }

}  // namespace lepton::kernels::ref
