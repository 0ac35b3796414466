// Reference adaptive pooling: the windows follow from the sizes of input and result. Fewer than three spatial axes are seen as axes of
// size 1 in front.
#include <algorithm>
#include <cmath>

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {
namespace {

struct Axis {
  std::int64_t input = 1, output = 1;
  std::int64_t begin(std::int64_t o) const { return o * input / output; }
  std::int64_t end(std::int64_t o) const { return ((o + 1) * input + output - 1) / output; }
};

struct Geometry {
  std::int64_t planes;  // batch × channels
  Axis axis[3];
  std::int64_t input_size() const { return axis[0].input * axis[1].input * axis[2].input; }
  std::int64_t output_size() const { return axis[0].output * axis[1].output * axis[2].output; }
};

Geometry geometry(const Shape& x, const Attributes& attributes) {
  const auto& sizes = attributes.integers("output_size");
  Geometry g{x[0] * x[1], {}};
  for (std::size_t i = 0; i < sizes.size(); ++i) g.axis[3 - sizes.size() + i] = {x[static_cast<int>(i) + 2], sizes[i]};
  return g;
}

// Calls body(input offset) for each place of window `o` (row-major output number).
template <class Body>
void for_each_place(const Geometry& g, std::int64_t o, Body&& body) {
  const Axis &d = g.axis[0], &h = g.axis[1], &w = g.axis[2];
  const std::int64_t x = o % w.output, y = o / w.output % h.output, z = o / (w.output * h.output);
  for (std::int64_t i = d.begin(z); i < d.end(z); ++i) {
    for (std::int64_t j = h.begin(y); j < h.end(y); ++j) {
      for (std::int64_t k = w.begin(x); k < w.end(x); ++k) body((i * h.input + j) * w.input + k);
    }
  }
}

// Offset of the first largest value of a window; NaN counts as the largest.
template <class T>
std::int64_t largest(const Geometry& g, const T* plane, std::int64_t o) {
  std::int64_t best = -1;
  for_each_place(g, o, [&](std::int64_t place) {
    if (best < 0 || plane[place] > plane[best] || (std::isnan(plane[place]) && !std::isnan(plane[best]))) best = place;
  });
  return best;
}

// Calls body(plane number, window number) for all windows.
template <class Body>
void for_each_window(const Geometry& g, Body&& body) {
  for (std::int64_t p = 0; p < g.planes; ++p) {
    for (std::int64_t o = 0; o < g.output_size(); ++o) body(p, o);
  }
}

template <class T>
void avg_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.attributes);
  for_each_window(g, [&](std::int64_t p, std::int64_t o) {
    const T* plane = call.input<T>(0) + p * g.input_size();
    double sum = 0, count = 0;
    for_each_place(g, o, [&](std::int64_t place) {
      sum += static_cast<double>(plane[place]);
      ++count;
    });
    call.output<T>()[p * g.output_size() + o] = static_cast<T>(sum / count);
  });
}

template <class T>
void avg_gradient_of(const RefCall& call) {
  const Geometry g = geometry(call.output_shape(), call.attributes);
  std::fill_n(call.output<T>(), call.output_shape().num_elements(), T{0});
  for_each_window(g, [&](std::int64_t p, std::int64_t o) {
    double count = 0;
    for_each_place(g, o, [&](std::int64_t) { ++count; });
    const auto share = static_cast<T>(static_cast<double>(call.input<T>(0)[p * g.output_size() + o]) / count);
    T* out = call.output<T>() + p * g.input_size();
    for_each_place(g, o, [&](std::int64_t place) { out[place] += share; });
  });
}

template <class T>
void max_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.attributes);
  for_each_window(g, [&](std::int64_t p, std::int64_t o) {
    const T* plane = call.input<T>(0) + p * g.input_size();
    call.output<T>()[p * g.output_size() + o] = plane[largest(g, plane, o)];
  });
}

template <class T>
void max_gradient_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.attributes);
  std::fill_n(call.output<T>(), call.output_shape().num_elements(), T{0});
  for_each_window(g, [&](std::int64_t p, std::int64_t o) {
    const std::int64_t best = largest(g, call.input<T>(0) + p * g.input_size(), o);
    call.output<T>()[p * g.input_size() + best] += call.input<T>(1)[p * g.output_size() + o];
  });
}

template <class T>
void max_pick_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.attributes);
  for_each_window(g, [&](std::int64_t p, std::int64_t o) {
    const std::int64_t best = largest(g, call.input<T>(0) + p * g.input_size(), o);
    call.output<T>()[p * g.output_size() + o] = call.input<T>(1)[p * g.input_size() + best];
  });
}

template <void (*kF32)(const RefCall&), void (*kF64)(const RefCall&)>
void by_dtype(const RefCall& call) {
  call.dtype(0) == DType::kF32 ? kF32(call) : kF64(call);
}

constexpr RefEntry kTable[] = {
    {"adaptive_avg_pool", by_dtype<avg_of<float>, avg_of<double>>},
    {"adaptive_avg_pool_gradient", by_dtype<avg_gradient_of<float>, avg_gradient_of<double>>},
    {"adaptive_max_pool", by_dtype<max_of<float>, max_of<double>>},
    {"adaptive_max_pool_gradient", by_dtype<max_gradient_of<float>, max_gradient_of<double>>},
    {"adaptive_max_pool_pick", by_dtype<max_pick_of<float>, max_pick_of<double>>},
};

}  // namespace

std::span<const RefEntry> adaptive_pooling_table() { return kTable; }

}  // namespace lepton::kernels::ref
