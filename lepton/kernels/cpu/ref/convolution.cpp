// Reference convolution, its two gradients and transposed convolution, for one to three spatial axes. Fewer than three are seen as axes of
// size 1 in front.
#include "lepton/kernels/cpu/ref/ref.hpp"
#include "lepton/tensor/window.hpp"

namespace lepton::kernels::ref {
namespace {

struct Geometry {
  std::int64_t batch, in_channels, out_channels, groups;
  WindowAxis axis[3];

  std::int64_t in_per_group() const { return in_channels / groups; }
  std::int64_t out_per_group() const { return out_channels / groups; }
  std::int64_t input_size() const { return axis[0].input * axis[1].input * axis[2].input; }
  std::int64_t output_size() const { return axis[0].output * axis[1].output * axis[2].output; }
  std::int64_t kernel_size() const { return axis[0].kernel * axis[1].kernel * axis[2].kernel; }
  std::int64_t input_at(std::int64_t d, std::int64_t h, std::int64_t w) const { return (d * axis[1].input + h) * axis[2].input + w; }
  std::int64_t output_at(std::int64_t d, std::int64_t h, std::int64_t w) const { return (d * axis[1].output + h) * axis[2].output + w; }
};

Geometry geometry(const Shape& x, const Shape& weight, const Attributes& attributes) {
  const auto rank = static_cast<std::size_t>(x.rank() - 2);
  const std::vector<WindowAxis> axes =
      window_axes("conv", std::span(x.dims()).subspan(2), std::span(weight.dims()).subspan(2), attributes).value();
  Geometry g{x[0], x[1], weight[0], attributes.integer("groups"), {}};
  for (std::size_t i = 0; i < rank; ++i) g.axis[3 - rank + i] = axes[i];
  return g;
}

// Calls body(kernel offset, input offset) for each tap of the window at output place (d, h, w) that is not padding.
template <class Body>
void for_each_tap(const Geometry& g, std::int64_t d, std::int64_t h, std::int64_t w, Body&& body) {
  std::int64_t tap = 0;
  for (std::int64_t i = 0; i < g.axis[0].kernel; ++i) {
    for (std::int64_t j = 0; j < g.axis[1].kernel; ++j) {
      for (std::int64_t k = 0; k < g.axis[2].kernel; ++k, ++tap) {
        const std::int64_t z = g.axis[0].place(d, i), y = g.axis[1].place(h, j), x = g.axis[2].place(w, k);
        if (z >= 0 && z < g.axis[0].input && y >= 0 && y < g.axis[1].input && x >= 0 && x < g.axis[2].input) body(tap, g.input_at(z, y, x));
      }
    }
  }
}

template <class Body>
void for_each_output(const Geometry& g, Body&& body) {
  for (std::int64_t d = 0; d < g.axis[0].output; ++d) {
    for (std::int64_t h = 0; h < g.axis[1].output; ++h) {
      for (std::int64_t w = 0; w < g.axis[2].output; ++w) body(d, h, w);
    }
  }
}

template <class T>
void conv_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.shape(1), call.attributes);
  const T *x = call.input<T>(0), *weight = call.input<T>(1);
  T* y = call.output<T>();
  for (std::int64_t n = 0; n < g.batch; ++n) {
    for (std::int64_t o = 0; o < g.out_channels; ++o) {
      const std::int64_t first = o / g.out_per_group() * g.in_per_group();
      const double bias = call.present(2) ? static_cast<double>(call.input<T>(2)[o]) : 0.0;
      for_each_output(g, [&](std::int64_t d, std::int64_t h, std::int64_t w) {
        double sum = bias;
        for (std::int64_t c = 0; c < g.in_per_group(); ++c) {
          const T* plane = x + (n * g.in_channels + first + c) * g.input_size();
          const T* kernel = weight + (o * g.in_per_group() + c) * g.kernel_size();
          for_each_tap(g, d, h, w, [&](std::int64_t tap, std::int64_t place) {
            sum += static_cast<double>(kernel[tap]) * static_cast<double>(plane[place]);
          });
        }
        *y++ = static_cast<T>(sum);
      });
    }
  }
}

// Sums in double for one input channel of one sample, then rounds.
template <class T>
void input_gradient_of(const RefCall& call) {
  const Geometry g = geometry(call.output_shape(), call.shape(1), call.attributes);
  const T *grad = call.input<T>(0), *weight = call.input<T>(1);
  auto* sums = reinterpret_cast<double*>(call.scratch());
  for (std::int64_t n = 0; n < g.batch; ++n) {
    for (std::int64_t c = 0; c < g.in_channels; ++c) {
      const std::int64_t group = c / g.in_per_group();
      for (std::int64_t i = 0; i < g.input_size(); ++i) sums[i] = 0;
      for (std::int64_t o = group * g.out_per_group(); o < (group + 1) * g.out_per_group(); ++o) {
        const T* kernel = weight + (o * g.in_per_group() + c % g.in_per_group()) * g.kernel_size();
        const T* plane = grad + (n * g.out_channels + o) * g.output_size();
        for_each_output(g, [&](std::int64_t d, std::int64_t h, std::int64_t w) {
          const auto value = static_cast<double>(plane[g.output_at(d, h, w)]);
          for_each_tap(g, d, h, w, [&](std::int64_t tap, std::int64_t place) { sums[place] += value * static_cast<double>(kernel[tap]); });
        });
      }
      T* out = call.output<T>() + (n * g.in_channels + c) * g.input_size();
      for (std::int64_t i = 0; i < g.input_size(); ++i) out[i] = static_cast<T>(sums[i]);
    }
  }
}

template <class T>
void weight_gradient_of(const RefCall& call) {
  const Geometry g = geometry(call.shape(0), call.output_shape(), call.attributes);
  const T *x = call.input<T>(0), *grad = call.input<T>(1);
  auto* sums = reinterpret_cast<double*>(call.scratch());
  for (std::int64_t o = 0; o < g.out_channels; ++o) {
    const std::int64_t first = o / g.out_per_group() * g.in_per_group();
    for (std::int64_t c = 0; c < g.in_per_group(); ++c) {
      for (std::int64_t i = 0; i < g.kernel_size(); ++i) sums[i] = 0;
      for (std::int64_t n = 0; n < g.batch; ++n) {
        const T* plane = x + (n * g.in_channels + first + c) * g.input_size();
        const T* grads = grad + (n * g.out_channels + o) * g.output_size();
        for_each_output(g, [&](std::int64_t d, std::int64_t h, std::int64_t w) {
          const auto value = static_cast<double>(grads[g.output_at(d, h, w)]);
          for_each_tap(g, d, h, w, [&](std::int64_t tap, std::int64_t place) { sums[tap] += value * static_cast<double>(plane[place]); });
        });
      }
      T* out = call.output<T>() + (o * g.in_per_group() + c) * g.kernel_size();
      for (std::int64_t i = 0; i < g.kernel_size(); ++i) out[i] = static_cast<T>(sums[i]);
    }
  }
}

// Calls body(kernel offset, output offset) for each window and tap that meet input place (d, h, w).
template <class Body>
void for_each_window(const Geometry& g, const std::int64_t (&place)[3], Body&& body) {
  // Along one axis: the window whose tap k meets the place, or -1.
  const auto window = [&](int axis, std::int64_t k) {
    const WindowAxis& a = g.axis[axis];
    const std::int64_t start = place[axis] - a.place(0, k);
    return start < 0 || start % a.stride != 0 || start / a.stride >= a.output ? -1 : start / a.stride;
  };
  std::int64_t tap = 0;
  for (std::int64_t i = 0; i < g.axis[0].kernel; ++i) {
    for (std::int64_t j = 0; j < g.axis[1].kernel; ++j) {
      for (std::int64_t k = 0; k < g.axis[2].kernel; ++k, ++tap) {
        const std::int64_t z = window(0, i), y = window(1, j), x = window(2, k);
        if (z >= 0 && y >= 0 && x >= 0) body(tap, g.output_at(z, y, x));
      }
    }
  }
}

// The geometry is that of the convolution from y back to x.
template <class T>
void transpose_of(const RefCall& call) {
  const Geometry g = geometry(call.output_shape(), call.shape(1), call.attributes);
  const T *x = call.input<T>(0), *weight = call.input<T>(1);
  T* y = call.output<T>();
  for (std::int64_t n = 0; n < g.batch; ++n) {
    for (std::int64_t o = 0; o < g.in_channels; ++o) {
      const std::int64_t first = o / g.in_per_group() * g.out_per_group();
      const double bias = call.present(2) ? static_cast<double>(call.input<T>(2)[o]) : 0.0;
      for (std::int64_t i = 0; i < g.input_size(); ++i) {
        const std::int64_t row = i / g.axis[2].input;
        const std::int64_t place[3] = {row / g.axis[1].input, row % g.axis[1].input, i % g.axis[2].input};
        double sum = bias;
        for (std::int64_t c = first; c < first + g.out_per_group(); ++c) {
          const T* plane = x + (n * g.out_channels + c) * g.output_size();
          const T* kernel = weight + (c * g.in_per_group() + o % g.in_per_group()) * g.kernel_size();
          for_each_window(g, place, [&](std::int64_t tap, std::int64_t at) {
            sum += static_cast<double>(kernel[tap]) * static_cast<double>(plane[at]);
          });
        }
        *y++ = static_cast<T>(sum);
      }
    }
  }
}

std::int64_t doubles_for_plane(std::span<const TensorDesc> inputs, const Attributes&) {
  // The last input ("like") has the shape of the result; a plane of it needs one double per element.
  const Shape& like = inputs[2].type.shape;
  std::int64_t count = 1;
  for (int axis = 2; axis < like.rank(); ++axis) count *= like[axis];
  return count * static_cast<std::int64_t>(sizeof(double));
}

template <void (*kF32)(const RefCall&), void (*kF64)(const RefCall&)>
void by_dtype(const RefCall& call) {
  call.dtype(0) == DType::kF32 ? kF32(call) : kF64(call);
}

constexpr RefEntry kTable[] = {
    {"conv", by_dtype<conv_of<float>, conv_of<double>>},
    {"conv_input_gradient", by_dtype<input_gradient_of<float>, input_gradient_of<double>>, doubles_for_plane},
    {"conv_transpose", by_dtype<transpose_of<float>, transpose_of<double>>},
    {"conv_weight_gradient", by_dtype<weight_gradient_of<float>, weight_gradient_of<double>>, doubles_for_plane},
};

}  // namespace

std::span<const RefEntry> convolution_table() { return kTable; }

}  // namespace lepton::kernels::ref
