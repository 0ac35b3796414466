// Losses fused for stability: they take logits, so that no logarithm of a rounded probability is taken.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

/// -sum over `axis` of target * log softmax(logits). Shapes: logits, target: equal; result: without `axis`.
template <Operand T>
T softmax_cross_entropy(const T& logits, const T& target, std::int64_t axis = -1) {
  return call<T>("softmax_cross_entropy", {logits, target}, {{"axis", axis}});
}

/// -log softmax(logits)[label]; 0, with gradient 0, where the label is one of `ignored_labels`.
/// Shapes:  labels (i32 or i64): as logits without `axis`; result: as labels.
/// Errors:  kInvalidArgument while running if another label is outside [0, classes).
template <Operand T>
T sparse_softmax_cross_entropy(const T& logits, const T& labels, std::int64_t axis = -1,
                               const std::vector<std::int64_t>& ignored_labels = {}) {
  return call<T>("sparse_softmax_cross_entropy", {logits, labels}, {{"axis", axis}, {"ignored_labels", ignored_labels}});
}

/// -(t log sigmoid(x) + (1 - t) log(1 - sigmoid(x))), element by element.
template <Operand T>
T sigmoid_cross_entropy(const T& logits, const T& target) {
  return call<T>("sigmoid_cross_entropy", {logits, target});
}

}  // namespace lepton::ops
