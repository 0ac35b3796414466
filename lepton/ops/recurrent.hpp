// Recurrent cells over the steps of sequences, batch first.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

/// What a recurrence gives: the state h after every step and the last states.
template <class T>
struct Recurrence {
  T sequence;             // [N, T, H]
  std::vector<T> states;  // [N, H]
};

/// Runs an LSTM over sequences; an undefined bias is absent. `reverse`: from the last step to the first; results stay in the order of the
/// sequences.
/// Shapes:  x: [N, T, C], kernel: [C, 4 H] (gates i, f, c, o), recurrent_kernel: [H, 4 H], bias: [4 H], h and c: [N, H].
template <Operand T>
Recurrence<T> lstm(const T& x, const T& kernel, const T& recurrent_kernel, const T& bias, const T& h, const T& c, bool reverse = false) {
  const T operands[] = {x, kernel, recurrent_kernel, bias, h, c};
  const std::vector<T> y = call_all<T>("lstm", operands, {{"reverse", reverse}});
  return {y[0], {y[1], y[2]}};
}

/// Runs a GRU over sequences whose reset gate acts behind the product with the state. Undefined biases are absent.
/// Shapes:  x: [N, T, C], kernel: [C, 3 H] (gates z, r, h), recurrent_kernel: [H, 3 H], bias and recurrent_bias: [3 H], h: [N, H].
template <Operand T>
Recurrence<T> gru(const T& x, const T& kernel, const T& recurrent_kernel, const T& bias, const T& recurrent_bias, const T& h,
                  bool reverse = false) {
  const T operands[] = {x, kernel, recurrent_kernel, bias, recurrent_bias, h};
  const std::vector<T> y = call_all<T>("gru", operands, {{"reverse", reverse}});
  return {y[0], {y[1]}};
}

/// Runs an LSTM over sequences whose products with the input kernel, bias included, are known. An undefined mask lets all steps count; a
/// step that does not keeps the states.
/// Shapes:  projected: [N, T, 4 H] (gates i, f, c, o), recurrent_kernel: [H, 4 H], h and c: [N, H], mask: bool [N, T].
template <Operand T>
Recurrence<T> lstm_steps(const T& projected, const T& recurrent_kernel, const T& h, const T& c, const T& mask = {}, bool reverse = false) {
  const T operands[] = {projected, recurrent_kernel, h, c, mask};
  const std::vector<T> y = call_all<T>("lstm_steps", operands, {{"reverse", reverse}});
  return {y[0], {y[1], y[2]}};
}

/// The same for a GRU whose reset gate acts behind the product with the state; `recurrent_bias` [3 H] (gates z, r, h) is added to that
/// product and may be undefined.
/// Shapes:  projected: [N, T, 3 H], recurrent_kernel: [H, 3 H], h: [N, H], mask: bool [N, T].
template <Operand T>
Recurrence<T> gru_steps(const T& projected, const T& recurrent_kernel, const T& recurrent_bias, const T& h, const T& mask = {},
                        bool reverse = false) {
  const T operands[] = {projected, recurrent_kernel, recurrent_bias, h, mask};
  const std::vector<T> y = call_all<T>("gru_steps", operands, {{"reverse", reverse}});
  return {y[0], {y[1]}};
}

}  // namespace lepton::ops
