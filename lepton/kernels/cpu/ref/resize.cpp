// Reference resizing: along each axis a result is a weighted sum of at most four elements. Fewer than three spatial axes are seen as axes
// of size 1 in front.
#include <algorithm>
#include <cmath>

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {
namespace {

enum class Mode { kNearest, kLinear, kCubic };

// The elements along one axis that make one result.
struct Taps {
  int count = 1;
  std::int64_t place[4] = {};
  double weight[4] = {1, 0, 0, 0};
};

struct Axis {
  std::int64_t input = 1, output = 1;
  double scale = 0;  // as given; 0 means output / input
};

struct Geometry {
  std::int64_t planes;  // batch × channels
  Mode mode;
  std::string_view coordinates, rounding;
  double coefficient;
  Axis axis[3];
  std::int64_t input_size() const { return axis[0].input * axis[1].input * axis[2].input; }
  std::int64_t output_size() const { return axis[0].output * axis[1].output * axis[2].output; }
};

Geometry geometry(const Shape& x, const Shape& y, const Attributes& attributes) {
  const std::string& mode = attributes.text("mode");
  Geometry g{x[0] * x[1],
             mode == "nearest" ? Mode::kNearest : (mode == "linear" ? Mode::kLinear : Mode::kCubic),
             attributes.text("coordinates"),
             attributes.text("rounding"),
             attributes.number("cubic_coefficient"),
             {}};
  const auto& scales = attributes.get<std::vector<double>>("scales");
  const int rank = x.rank() - 2;
  for (int i = 0; i < rank; ++i) g.axis[3 - rank + i] = {x[i + 2], y[i + 2], scales.empty() ? 0 : scales[static_cast<std::size_t>(i)]};
  return g;
}

double coordinate(const Geometry& g, const Axis& a, std::int64_t o) {
  const auto in = static_cast<double>(a.input), out = static_cast<double>(a.output), place = static_cast<double>(o);
  if (g.coordinates == "align_corners") return a.output == 1 ? 0 : place * (in - 1) / (out - 1);
  // Without a given scale the product comes first, so that places which are exact stay exact.
  const auto unscaled = [&](double v) { return a.scale == 0 ? v * in / out : v / a.scale; };
  return g.coordinates == "asymmetric" ? unscaled(place) : unscaled(place + 0.5) - 0.5;
}

double rounded(const Geometry& g, double c) {
  if (g.rounding == "floor") return std::floor(c);
  if (g.rounding == "ceil") return std::ceil(c);
  return g.rounding == "prefer_floor" ? std::ceil(c - 0.5) : std::floor(c + 0.5);
}

// Keys's kernel at distance d from the result.
double cubic_weight(double a, double d) {
  d = std::abs(d);
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((d - 5) * d + 8) * d * a - 4 * a;
}

Taps taps_of(const Geometry& g, const Axis& a, std::int64_t o) {
  Taps taps;
  // An axis that keeps its size is not touched, whatever the rest is.
  const double c = a.input == a.output && (a.scale == 0 || a.scale == 1) ? static_cast<double>(o) : coordinate(g, a, o);
  const auto inside = [&](double place) { return std::clamp(static_cast<std::int64_t>(place), std::int64_t{0}, a.input - 1); };
  if (g.mode == Mode::kNearest) {
    taps.place[0] = inside(rounded(g, c));
    return taps;
  }
  const double low = std::floor(c), t = c - low;
  const int before = g.mode == Mode::kLinear ? 0 : 1;
  taps.count = g.mode == Mode::kLinear ? 2 : 4;
  for (int k = 0; k < taps.count; ++k) {
    const double distance = t - (k - before);
    taps.place[k] = inside(low + k - before);
    taps.weight[k] = g.mode == Mode::kLinear ? 1 - std::abs(distance) : cubic_weight(g.coefficient, distance);
  }
  return taps;
}

// Calls body(input offset, weight) for each element that makes result (d, h, w).
template <class Body>
void for_each_tap(const Geometry& g, const Taps& d, const Taps& h, const Taps& w, Body&& body) {
  for (int i = 0; i < d.count; ++i) {
    for (int j = 0; j < h.count; ++j) {
      const std::int64_t row = (d.place[i] * g.axis[1].input + h.place[j]) * g.axis[2].input;
      for (int k = 0; k < w.count; ++k) body(row + w.place[k], d.weight[i] * h.weight[j] * w.weight[k]);
    }
  }
}

// Calls body(output offset, taps…) for each result of a plane.
template <class Body>
void for_each_result(const Geometry& g, Body&& body) {
  std::int64_t o = 0;
  for (std::int64_t d = 0; d < g.axis[0].output; ++d) {
    const Taps depth = taps_of(g, g.axis[0], d);
    for (std::int64_t h = 0; h < g.axis[1].output; ++h) {
      const Taps height = taps_of(g, g.axis[1], h);
      for (std::int64_t w = 0; w < g.axis[2].output; ++w) body(o++, depth, height, taps_of(g, g.axis[2], w));
    }
  }
}

template <class T>
void resize_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.output_shape(), call.attributes);
  for_each_result(g, [&](std::int64_t o, const Taps& d, const Taps& h, const Taps& w) {
    for (std::int64_t p = 0; p < g.planes; ++p) {
      const T* plane = call.input<T>(0) + p * g.input_size();
      double sum = 0;
      for_each_tap(g, d, h, w, [&](std::int64_t place, double weight) { sum += weight * static_cast<double>(plane[place]); });
      call.output<T>()[p * g.output_size() + o] = static_cast<T>(sum);
    }
  });
}

template <class T>
void resize_gradient_of(const RefCall& call) {
  const Geometry g = geometry(call.output_shape(), call.shape(0), call.attributes);
  std::fill_n(call.output<T>(), call.output_shape().num_elements(), T{0});
  for_each_result(g, [&](std::int64_t o, const Taps& d, const Taps& h, const Taps& w) {
    for (std::int64_t p = 0; p < g.planes; ++p) {
      const auto value = static_cast<double>(call.input<T>(0)[p * g.output_size() + o]);
      T* plane = call.output<T>() + p * g.input_size();
      for_each_tap(g, d, h, w, [&](std::int64_t place, double weight) { plane[place] += static_cast<T>(weight * value); });
    }
  });
}

template <void (*kF32)(const RefCall&), void (*kF64)(const RefCall&)>
void by_dtype(const RefCall& call) {
  call.dtype(0) == DType::kF32 ? kF32(call) : kF64(call);
}

constexpr RefEntry kTable[] = {
    {"resize", by_dtype<resize_of<float>, resize_of<double>>},
    {"resize_gradient", by_dtype<resize_gradient_of<float>, resize_gradient_of<double>>},
};

}  // namespace

std::span<const RefEntry> resize_table() { return kTable; }

}  // namespace lepton::kernels::ref
