// Every element of a prediction but its last axis is a row.
#include "lepton/nn/metrics/class_rows.hpp"

#include <algorithm>

namespace lepton::nn {

std::int64_t ClassRows::decided(std::size_t row, double threshold) const {
  if (classes == 1) return at(row, 0) > threshold ? 1 : 0;
  const auto begin = probability.begin() + static_cast<std::ptrdiff_t>(row * classes);
  return std::max_element(begin, begin + static_cast<std::ptrdiff_t>(classes)) - begin;
}

double ClassRows::confidence(std::size_t row) const {
  if (classes == 1) return std::max(at(row, 0), 1 - at(row, 0));
  return at(row, static_cast<std::size_t>(decided(row)));
}

ClassRows class_rows(const Predictions& predictions) {
  ClassRows rows;
  const Shape& shape = predictions.prediction.shape();
  rows.classes = shape.rank() > 1 ? static_cast<std::size_t>(shape[-1]) : 1;
  rows.probability = predictions.prediction.to_vector<double>();
  const std::size_t count = rows.classes == 0 ? 0 : rows.probability.size() / rows.classes;
  const std::vector<double> target = predictions.target.to_vector<double>();
  if (target.size() != count && target.size() != rows.probability.size())
    fail(ErrorCode::kShapeMismatch, "metric: targets do not fit the predictions ({} and {})", predictions.target.shape(), shape);
  const bool one_hot = target.size() == rows.probability.size() && rows.classes > 1;
  for (std::size_t row = 0; row < count; ++row) {
    const auto begin = target.begin() + static_cast<std::ptrdiff_t>(row * rows.classes);
    rows.truth.push_back(one_hot             ? std::max_element(begin, begin + static_cast<std::ptrdiff_t>(rows.classes)) - begin
                         : rows.classes == 1 ? static_cast<std::int64_t>(target[row] > 0.5)
                                             : static_cast<std::int64_t>(target[row]));
  }
  rows.weight.assign(count, 1.0);
  if (predictions.sample_weight.defined()) {
    const std::vector<double> weight = predictions.sample_weight.to_vector<double>();
    for (std::size_t row = 0; row < count && !weight.empty(); ++row) rows.weight[row] = weight[row * weight.size() / count];
  }
  return rows;
}

}  // namespace lepton::nn
