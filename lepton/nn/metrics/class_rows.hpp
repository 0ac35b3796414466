// Predictions and targets of a classifier as plain numbers, for metrics that look at all of them.
#pragma once

#include <vector>

#include "lepton/nn/metric.hpp"

namespace lepton::nn {

struct ClassRows {
  std::size_t classes = 1;          // width of a prediction; 1: the probability of yes
  std::vector<double> probability;  // [rows × classes]
  std::vector<std::int64_t> truth;  // class of each row; yes/no: 1 or 0
  std::vector<double> weight;       // of each row

  std::size_t size() const { return truth.size(); }
  double at(std::size_t row, std::size_t of_class) const { return probability[row * classes + of_class]; }
  /// The class that is decided for: the most probable, or yes above `threshold`.
  std::int64_t decided(std::size_t row, double threshold = 0.5) const;
  /// The probability that the model gives to what it decides for.
  double confidence(std::size_t row) const;
};

/// Targets may be class indices, one place for each class, or 0 and 1. Throws kShapeMismatch if they do not fit the predictions.
ClassRows class_rows(const Predictions& predictions);

}  // namespace lepton::nn
