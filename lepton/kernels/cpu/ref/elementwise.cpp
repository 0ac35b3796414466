// Reference elementwise operators: one scalar function each, applied over broadcast operands.
#include <cmath>

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {
namespace {

// Applies F to each element of a unary operator; F works in Compute<T>.
template <class F>
void unary(const RefCall& call) {
  visit_dtype(call.dtype(0), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      const T* x = call.input<T>(0);
      T* y = call.output<T>();
      const F f(call.attributes);
      const std::int64_t count = call.output_shape().num_elements();
      for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<T>(f(static_cast<Compute<T>>(x[i])));
    }
  });
}

template <class F>
void binary(const RefCall& call) {
  visit_dtype(call.dtype(0), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      const T *x = call.input<T>(0), *y = call.input<T>(1);
      T* z = call.output<T>();
      const F f(call.attributes);
      const std::int64_t count = call.output_shape().num_elements();
      IndexWalk walk(call.output_shape());
      walk.add_broadcast(call.shape(0));
      walk.add_broadcast(call.shape(1));
      for (std::int64_t i = 0; i < count; ++i, walk.next()) {
        z[i] = static_cast<T>(f(static_cast<Compute<T>>(x[walk.offset(0)]), static_cast<Compute<T>>(y[walk.offset(1)])));
      }
    }
  });
}

// A scalar function without attributes.
#define LEPTON_SCALAR(name, parameters, expression) \
  struct name {                                     \
    explicit name(const Attributes&) {}             \
    template <class T>                              \
    auto operator() parameters const {              \
      return expression;                            \
    }                                               \
  };
LEPTON_SCALAR(Add, (T x, T y), x + y)
LEPTON_SCALAR(Mul, (T x, T y), x* y)
LEPTON_SCALAR(Neg, (T x), -x)
LEPTON_SCALAR(Exp, (T x), std::exp(static_cast<double>(x)))

constexpr RefEntry kTable[] = {
    {"add", binary<Add>},
    {"exp", unary<Exp>},
    {"mul", binary<Mul>},
    {"neg", unary<Neg>},
};

}  // namespace

std::span<const RefEntry> elementwise_table() { return kTable; }

}  // namespace lepton::kernels::ref
