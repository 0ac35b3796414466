// Multinomial logistic regression: the linear classifier on given features whose weights are the one minimum of a convex loss.
#pragma once

#include <atomic>

#include "lepton/tensor/tensor.hpp"

namespace lepton::train {

/// Rows to learn from.
struct LogisticRows {
  Tensor features;  // [N, D] f32; of similar scale in all columns
  Tensor classes;   // [N] i64
  Tensor weights;   // [N] f32; undefined: all 1
};

struct LogisticOptions {
  std::int64_t num_classes = 2;
  double penalty = 0.01;  // λ; biases are not penalised
  std::int64_t max_iterations = 200;
  double tolerance = 1e-4;  // largest element of the gradient at which the minimum counts as reached
  const std::atomic<bool>* cancel = nullptr;
};

struct LogisticWeights {
  Tensor kernel;  // [D, classes] f32
  Tensor bias;    // [classes] f32
};

/// The weights that minimise Σ w_i CE(softmax(x_i W + b), c_i) / Σ w_i + λ |W|²: by L-BFGS from `start` (undefined: from 0), so without
/// chance. Stops early, where it is, if cancelled.
/// Errors:  throws kShapeMismatch, kInvalidArgument for rows that do not fit together or a class that there is not.
/// Source:  Nocedal & Wright 2006, Numerical Optimization, algorithm 7.5.
LogisticWeights fit_logistic_regression(const LogisticRows& rows, const LogisticOptions& options, const LogisticWeights& start = {});

/// Class probabilities [N, classes] f32.
Tensor predict_logistic_regression(const LogisticWeights& weights, const Tensor& features);

}  // namespace lepton::train
