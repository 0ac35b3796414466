// LSTM and GRU over sequences, and back: one sample, one step and one unit after the other.
#include <algorithm>
#include <cmath>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"
#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The sizes of a call, from a sequence [N, T, …] and the recurrent kernel [H, gates * H], and which steps count.
struct Run {
  std::int64_t batch, steps, units;
  bool reverse;
  const bool* mask;

  Run(const RefCall& c, std::size_t sequence, std::size_t kernel, std::size_t mask_input)
      : batch(c.shape(sequence)[0]),
        steps(c.shape(sequence)[1]),
        units(c.shape(kernel)[0]),
        reverse(c.attributes.flag("reverse")),
        mask(c.present(mask_input) ? c.input<bool>(mask_input) : nullptr) {}

  // Calls body(place of the sample's step, does it count, place of the step before it or -1) in the order of the run, or against it.
  template <class Body>
  void for_each_step(std::int64_t sample, bool backwards, const Body& body) const {
    for (std::int64_t i = 0; i < steps; ++i) {
      const std::int64_t in_order = backwards ? steps - 1 - i : i;
      const std::int64_t step = reverse ? steps - 1 - in_order : in_order, place = sample * steps + step;
      const std::int64_t before = in_order == 0 ? -1 : place + (reverse ? 1 : -1);
      body(place, mask == nullptr || mask[place], before);
    }
  }
};

// h U for one gate of one unit.
template <class T>
double product(const T* h, const T* kernel, std::int64_t units, std::int64_t column, std::int64_t width) {
  double sum = 0;
  for (std::int64_t k = 0; k < units; ++k) sum += static_cast<double>(h[k]) * static_cast<double>(kernel[k * width + column]);
  return sum;
}

// Adds g Uᵀ to the gradient of the state.
template <class T>
void add_back(const T* g, const T* kernel, std::int64_t units, std::int64_t width, T* dh) {
  for (std::int64_t k = 0; k < units; ++k) {
    double sum = static_cast<double>(dh[k]);
    for (std::int64_t j = 0; j < width; ++j) sum += static_cast<double>(g[j]) * static_cast<double>(kernel[k * width + j]);
    dh[k] = static_cast<T>(sum);
  }
}

template <class T>
void set_or_clear(const RefCall& c, std::size_t input, std::int64_t count, T* to) {
  if (c.present(input)) {
    std::copy_n(c.input<T>(input), count, to);
  } else {
    std::fill_n(to, count, T{});
  }
}

void lstm_steps(const RefCall& c) {
  const Run run(c, 0, 1, 4);
  const std::int64_t units = run.units;
  visit_float(c.dtype(0), [&]<class T>(TypeTag<T>) {
    T *sequence = c.output<T>(0), *h = c.output<T>(1), *memory = c.output<T>(2);
    T* cells = c.num_outputs() > 3 ? c.output<T>(3) : nullptr;
    T* gates = c.num_outputs() > 4 ? c.output<T>(4) : nullptr;
    std::copy_n(c.input<T>(2), run.batch * units, h);
    std::copy_n(c.input<T>(3), run.batch * units, memory);
    for (std::int64_t n = 0; n < run.batch; ++n, h += units, memory += units) {
      run.for_each_step(n, false, [&](std::int64_t place, bool counts, std::int64_t) {
        for (std::int64_t u = 0; u < units; ++u) {
          double z[4];
          for (std::int64_t g = 0; g < 4; ++g)
            z[g] = static_cast<double>(c.input<T>(0)[(place * 4 + g) * units + u]) +
                   product(h, c.input<T>(1), units, g * units + u, 4 * units);
          const double i = sigmoid(z[0]), f = sigmoid(z[1]), fresh = std::tanh(z[2]), o = sigmoid(z[3]);
          const double cell = f * static_cast<double>(memory[u]) + i * fresh;
          sequence[place * units + u] = counts ? static_cast<T>(o * std::tanh(cell)) : h[u];
          if (counts) memory[u] = static_cast<T>(cell);
          if (cells != nullptr) cells[place * units + u] = memory[u];
          const double all[] = {i, f, fresh, o};
          for (std::int64_t g = 0; g < 4 && gates != nullptr; ++g) gates[(place * 4 + g) * units + u] = static_cast<T>(all[g]);
        }
        std::copy_n(sequence + place * units, units, h);
      });
    }
  });
}

void lstm_steps_gradient(const RefCall& c) {
  const Run run(c, 3, 0, 4);
  const std::int64_t units = run.units;
  visit_float(c.dtype(0), [&]<class T>(TypeTag<T>) {
    T *back = c.output<T>(0), *dh = c.output<T>(1), *dc = c.output<T>(2);
    set_or_clear(c, 6, run.batch * units, dh);
    set_or_clear(c, 7, run.batch * units, dc);
    for (std::int64_t n = 0; n < run.batch; ++n, dh += units, dc += units) {
      run.for_each_step(n, true, [&](std::int64_t place, bool counts, std::int64_t before) {
        T* g = back + place * 4 * units;
        const T* gates = c.input<T>(3) + place * 4 * units;
        const T* memory = before < 0 ? c.input<T>(1) + n * units : c.input<T>(2) + before * units;
        std::fill_n(g, 4 * units, T{});
        for (std::int64_t u = 0; u < units; ++u) {
          const double flow = static_cast<double>(dh[u]) + (c.present(5) ? static_cast<double>(c.input<T>(5)[place * units + u]) : 0);
          dh[u] = static_cast<T>(flow);
          if (!counts) continue;
          const auto gate = [&](std::int64_t which) { return static_cast<double>(gates[which * units + u]); };
          const double i = gate(0), f = gate(1), fresh = gate(2), o = gate(3);
          const double squashed = std::tanh(static_cast<double>(c.input<T>(2)[place * units + u]));
          const double d = static_cast<double>(dc[u]) + flow * o * (1 - squashed * squashed);
          g[u] = static_cast<T>(d * fresh * i * (1 - i));
          g[units + u] = static_cast<T>(d * static_cast<double>(memory[u]) * f * (1 - f));
          g[2 * units + u] = static_cast<T>(d * i * (1 - fresh * fresh));
          g[3 * units + u] = static_cast<T>(flow * squashed * o * (1 - o));
          dc[u] = static_cast<T>(d * f);
          dh[u] = T{};
        }
        if (counts) add_back(g, c.input<T>(0), units, 4 * units, dh);
      });
    }
  });
}

void gru_steps(const RefCall& c) {
  const Run run(c, 0, 1, 4);
  const std::int64_t units = run.units;
  visit_float(c.dtype(0), [&]<class T>(TypeTag<T>) {
    T *sequence = c.output<T>(0), *h = c.output<T>(1);
    T* gates = c.num_outputs() > 2 ? c.output<T>(2) : nullptr;
    std::copy_n(c.input<T>(3), run.batch * units, h);
    for (std::int64_t n = 0; n < run.batch; ++n, h += units) {
      run.for_each_step(n, false, [&](std::int64_t place, bool counts, std::int64_t) {
        for (std::int64_t u = 0; u < units; ++u) {
          double x[3], p[3];
          for (std::int64_t g = 0; g < 3; ++g) {
            x[g] = static_cast<double>(c.input<T>(0)[(place * 3 + g) * units + u]);
            p[g] = product(h, c.input<T>(1), units, g * units + u, 3 * units);
            if (c.present(2)) p[g] += static_cast<double>(c.input<T>(2)[g * units + u]);
          }
          const double z = sigmoid(x[0] + p[0]), r = sigmoid(x[1] + p[1]), fresh = std::tanh(x[2] + r * p[2]);
          sequence[place * units + u] = counts ? static_cast<T>(z * static_cast<double>(h[u]) + (1 - z) * fresh) : h[u];
          const double all[] = {z, r, fresh, p[2]};
          for (std::int64_t g = 0; g < 4 && gates != nullptr; ++g) gates[(place * 4 + g) * units + u] = static_cast<T>(all[g]);
        }
        std::copy_n(sequence + place * units, units, h);
      });
    }
  });
}

void gru_steps_gradient(const RefCall& c) {
  const Run run(c, 3, 0, 4);
  const std::int64_t units = run.units;
  visit_float(c.dtype(0), [&]<class T>(TypeTag<T>) {
    T *back = c.output<T>(0), *products = c.output<T>(1), *dh = c.output<T>(2);
    set_or_clear(c, 6, run.batch * units, dh);
    for (std::int64_t n = 0; n < run.batch; ++n, dh += units) {
      run.for_each_step(n, true, [&](std::int64_t place, bool counts, std::int64_t before) {
        T *g = back + place * 3 * units, *p = products + place * 3 * units;
        const T* gates = c.input<T>(3) + place * 4 * units;
        const T* h = before < 0 ? c.input<T>(1) + n * units : c.input<T>(2) + before * units;
        std::fill_n(g, 3 * units, T{});
        std::fill_n(p, 3 * units, T{});
        for (std::int64_t u = 0; u < units; ++u) {
          const double flow = static_cast<double>(dh[u]) + (c.present(5) ? static_cast<double>(c.input<T>(5)[place * units + u]) : 0);
          dh[u] = static_cast<T>(flow);
          if (!counts) continue;
          const auto gate = [&](std::int64_t which) { return static_cast<double>(gates[which * units + u]); };
          const double z = gate(0), r = gate(1), fresh = gate(2), past = gate(3);
          const double dn = flow * (1 - z) * (1 - fresh * fresh);
          g[u] = p[u] = static_cast<T>(flow * (static_cast<double>(h[u]) - fresh) * z * (1 - z));
          g[units + u] = p[units + u] = static_cast<T>(dn * past * r * (1 - r));
          g[2 * units + u] = static_cast<T>(dn);
          p[2 * units + u] = static_cast<T>(dn * r);
          dh[u] = static_cast<T>(flow * z);
        }
        if (counts) add_back(p, c.input<T>(0), units, 3 * units, dh);
      });
    }
  });
}

constexpr RefEntry kTable[] = {{"gru_steps", gru_steps},
                               {"gru_steps_gradient", gru_steps_gradient},
                               {"lstm_steps", lstm_steps},
                               {"lstm_steps_gradient", lstm_steps_gradient}};

}  // namespace

std::span<const RefEntry> recurrent_table() { return kTable; }

}  // namespace lepton::kernels::ref
