// The loops of elementwise reference kernels: one scalar function applied to every element of broadcast operands.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

/// Integer arithmetic wraps around: computed in unsigned 64 bits, which is right modulo any smaller power of two.
template <std::integral T>
constexpr std::uint64_t bits_of(T value) {
  return static_cast<std::uint64_t>(value);
}

/// The sum in the type of both: integers wrap around.
template <Number T>
constexpr T wrapping_sum(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(bits_of(x) + bits_of(y));
  } else {
    return x + y;
  }
}

/// Calls body with the TypeTag of an f32 or f64 operand.
template <class Body>
void visit_float(DType dtype, Body&& body) {
  dtype == DType::kF32 ? body(TypeTag<float>{}) : body(TypeTag<double>{});
}

/// Calls body with the TypeTag of a float or integer operand.
template <class Body>
void visit_number(DType dtype, Body&& body) {
  visit_dtype(dtype, [&]<class T>(TypeTag<T> tag) {
    if constexpr (Number<T>) body(tag);
  });
}

/// Result = f(x) for each element. F is made from the attributes and works in Compute<T>.
template <class T, class Result, class F>
void map_unary(const RefCall& call, const F& f) {
  const T* x = call.input<T>(0);
  Result* y = call.output<Result>();
  const std::int64_t count = call.output_shape().num_elements();
  for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<Result>(f(static_cast<Compute<T>>(x[i])));
}

template <class T, class Result, class F>
void map_binary(const RefCall& call, const F& f) {
  const T *x = call.input<T>(0), *y = call.input<T>(1);
  Result* z = call.output<Result>();
  const std::int64_t count = call.output_shape().num_elements();
  IndexWalk walk(call.output_shape());
  walk.add_broadcast(call.shape(0));
  walk.add_broadcast(call.shape(1));
  for (std::int64_t i = 0; i < count; ++i, walk.next()) {
    z[i] = static_cast<Result>(f(static_cast<Compute<T>>(x[walk.offset(0)]), static_cast<Compute<T>>(y[walk.offset(1)])));
  }
}

template <class F>
void unary(const RefCall& call) {
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) { map_unary<T, T>(call, F(call.attributes)); });
}
/// For operators on floats only.
template <class F>
void unary_float(const RefCall& call) {
  visit_float(call.dtype(0), [&]<class T>(TypeTag<T>) { map_unary<T, T>(call, F(call.attributes)); });
}
template <class F>
void binary(const RefCall& call) {
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) { map_binary<T, T>(call, F(call.attributes)); });
}
template <class F>
void binary_float(const RefCall& call) {
  visit_float(call.dtype(0), [&]<class T>(TypeTag<T>) { map_binary<T, T>(call, F(call.attributes)); });
}

/// A scalar function without attributes.
#define LEPTON_SCALAR(name, parameters, expression) \
  struct name {                                     \
    explicit name(const Attributes&) {}             \
    template <class T>                              \
    auto operator() parameters const {              \
      return expression;                            \
    }                                               \
  }

}  // namespace lepton::kernels::ref
