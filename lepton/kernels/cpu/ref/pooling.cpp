// Reference pooling and its gradients, for one to three spatial axes.
#include <cmath>
#include <limits>

#include "lepton/kernels/cpu/ref/ref.hpp"
#include "lepton/tensor/window.hpp"

namespace lepton::kernels::ref {
namespace {

struct Geometry {
  std::int64_t planes;  // batch × channels
  WindowAxis axis[3];
  std::int64_t input_size() const { return axis[0].input * axis[1].input * axis[2].input; }
  std::int64_t output_size() const { return axis[0].output * axis[1].output * axis[2].output; }
};

Geometry geometry(const Shape& x, const Attributes& attributes) {
  const auto rank = static_cast<std::size_t>(x.rank() - 2);
  const std::vector<WindowAxis> axes =
      window_axes("pool", std::span(x.dims()).subspan(2), attributes.integers("window"), attributes).value();
  Geometry g{x[0] * x[1], {}};
  for (std::size_t i = 0; i < rank; ++i) g.axis[3 - rank + i] = axes[i];
  return g;
}

// Calls body(input offset) for each place of window `o` (row-major output number) that is not padding.
template <class Body>
void for_each_place(const Geometry& g, std::int64_t o, Body&& body) {
  const std::int64_t w = o % g.axis[2].output, h = o / g.axis[2].output % g.axis[1].output, d = o / (g.axis[2].output * g.axis[1].output);
  for (std::int64_t i = 0; i < g.axis[0].kernel; ++i) {
    for (std::int64_t j = 0; j < g.axis[1].kernel; ++j) {
      for (std::int64_t k = 0; k < g.axis[2].kernel; ++k) {
        const std::int64_t z = g.axis[0].place(d, i), y = g.axis[1].place(h, j), x = g.axis[2].place(w, k);
        if (z >= 0 && z < g.axis[0].input && y >= 0 && y < g.axis[1].input && x >= 0 && x < g.axis[2].input) {
          body((z * g.axis[1].input + y) * g.axis[2].input + x);
        }
      }
    }
  }
}

// Offset of the first largest value of a window; NaN counts as the largest. -1 if the window is all padding.
template <class T>
std::int64_t largest(const Geometry& g, const T* plane, std::int64_t o) {
  std::int64_t best = -1;
  for_each_place(g, o, [&](std::int64_t place) {
    if (best < 0 || plane[place] > plane[best] || (std::isnan(plane[place]) && !std::isnan(plane[best]))) best = place;
  });
  return best;
}

template <class T>
void max_pool_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.attributes);
  T* y = call.output<T>();
  for (std::int64_t p = 0; p < g.planes; ++p) {
    const T* plane = call.input<T>(0) + p * g.input_size();
    for (std::int64_t o = 0; o < g.output_size(); ++o) {
      const std::int64_t best = largest(g, plane, o);
      *y++ = best < 0 ? -std::numeric_limits<T>::infinity() : plane[best];
    }
  }
}

template <class T>
void max_pool_gradient_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.attributes);
  for (std::int64_t p = 0; p < g.planes; ++p) {
    const T *plane = call.input<T>(0) + p * g.input_size(), *grad = call.input<T>(2) + p * g.output_size();
    T* out = call.output<T>() + p * g.input_size();
    for (std::int64_t i = 0; i < g.input_size(); ++i) out[i] = 0;
    for (std::int64_t o = 0; o < g.output_size(); ++o) {
      if (const std::int64_t best = largest(g, plane, o); best >= 0) out[best] += grad[o];
    }
  }
}

template <class T>
void max_pool_pick_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.attributes);
  T* out = call.output<T>();
  for (std::int64_t p = 0; p < g.planes; ++p) {
    const T *plane = call.input<T>(0) + p * g.input_size(), *values = call.input<T>(1) + p * g.input_size();
    for (std::int64_t o = 0; o < g.output_size(); ++o) {
      const std::int64_t best = largest(g, plane, o);
      *out++ = best < 0 ? T{0} : values[best];
    }
  }
}

double divisor(const Geometry& g, const RefCall& call, std::int64_t o) {
  if (call.attributes.flag("count_include_pad")) return static_cast<double>(g.axis[0].kernel * g.axis[1].kernel * g.axis[2].kernel);
  double count = 0;
  for_each_place(g, o, [&](std::int64_t) { ++count; });
  return count;
}

template <class T>
void avg_pool_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.attributes);
  T* y = call.output<T>();
  for (std::int64_t p = 0; p < g.planes; ++p) {
    const T* plane = call.input<T>(0) + p * g.input_size();
    for (std::int64_t o = 0; o < g.output_size(); ++o) {
      double sum = 0;
      for_each_place(g, o, [&](std::int64_t place) { sum += static_cast<double>(plane[place]); });
      const double count = divisor(g, call, o);
      *y++ = static_cast<T>(count == 0 ? 0 : sum / count);
    }
  }
}

template <class T>
void avg_pool_gradient_of(const RefCall& call) {
  const Geometry g = geometry(call.output_shape(), call.attributes);
  for (std::int64_t p = 0; p < g.planes; ++p) {
    const T* grad = call.input<T>(0) + p * g.output_size();
    T* out = call.output<T>() + p * g.input_size();
    for (std::int64_t i = 0; i < g.input_size(); ++i) out[i] = 0;
    for (std::int64_t o = 0; o < g.output_size(); ++o) {
      const double count = divisor(g, call, o);
      if (count == 0) continue;
      const auto share = static_cast<T>(static_cast<double>(grad[o]) / count);
      for_each_place(g, o, [&](std::int64_t place) { out[place] += share; });
    }
  }
}

template <void (*kF32)(const RefCall&), void (*kF64)(const RefCall&)>
void by_dtype(const RefCall& call) {
  call.dtype(0) == DType::kF32 ? kF32(call) : kF64(call);
}

constexpr RefEntry kTable[] = {
    {"avg_pool", by_dtype<avg_pool_of<float>, avg_pool_of<double>>},
    {"avg_pool_gradient", by_dtype<avg_pool_gradient_of<float>, avg_pool_gradient_of<double>>},
    {"max_pool", by_dtype<max_pool_of<float>, max_pool_of<double>>},
    {"max_pool_gradient", by_dtype<max_pool_gradient_of<float>, max_pool_gradient_of<double>>},
    {"max_pool_pick", by_dtype<max_pool_pick_of<float>, max_pool_pick_of<double>>},
};

}  // namespace

std::span<const RefEntry> pooling_table() { return kTable; }

}  // namespace lepton::kernels::ref
