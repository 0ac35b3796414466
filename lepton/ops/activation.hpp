// Activations. Defaults are those of Keras.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

template <Operand T>
T relu(const T& x) {
  return call<T>("relu", {x});
}
template <Operand T>
T sigmoid(const T& x) {
  return call<T>("sigmoid", {x});
}
template <Operand T>
T silu(const T& x) {
  return call<T>("silu", {x});
}
template <Operand T>
T selu(const T& x) {
  return call<T>("selu", {x});
}
template <Operand T>
T softsign(const T& x) {
  return call<T>("softsign", {x});
}
template <Operand T>
T hard_swish(const T& x) {
  return call<T>("hard_swish", {x});
}
template <Operand T>
T mish(const T& x) {
  return call<T>("mish", {x});
}
/// g where the output y of relu is positive, else 0.
template <Operand T>
T relu_gradient(const T& y, const T& g) {
  return call<T>("relu_gradient", {y, g});
}
template <Operand T>
T leaky_relu(const T& x, double negative_slope = 0.2) {
  return call<T>("leaky_relu", {x}, {{"negative_slope", negative_slope}});
}
template <Operand T>
T prelu(const T& x, const T& slope) {
  return call<T>("prelu", {x, slope});
}
template <Operand T>
T elu(const T& x, double alpha = 1.0) {
  return call<T>("elu", {x}, {{"alpha", alpha}});
}
template <Operand T>
T celu(const T& x, double alpha = 1.0) {
  return call<T>("celu", {x}, {{"alpha", alpha}});
}
/// `approximate` uses the formula with tanh.
template <Operand T>
T gelu(const T& x, bool approximate = false) {
  return call<T>("gelu", {x}, {{"approximate", approximate}});
}
template <Operand T>
T softplus(const T& x, double beta = 1.0) {
  return call<T>("softplus", {x}, {{"beta", beta}});
}

struct HardSigmoidOptions {
  double alpha = 1.0 / 6.0;  // slope
  double beta = 0.5;         // value at 0
};
template <Operand T>
T hard_sigmoid(const T& x, const HardSigmoidOptions& options = {}) {
  return call<T>("hard_sigmoid", {x}, {{"alpha", options.alpha}, {"beta", options.beta}});
}

template <Operand T>
T softmax(const T& x, std::int64_t axis = -1) {
  return call<T>("softmax", {x}, {{"axis", axis}});
}
template <Operand T>
T log_softmax(const T& x, std::int64_t axis = -1) {
  return call<T>("log_softmax", {x}, {{"axis", axis}});
}

}  // namespace lepton::ops
