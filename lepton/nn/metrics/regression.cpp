// Errors of predicted numbers: MSE, RMSE, MAE, R2; and how they go along with the targets.
#include <cmath>

#include "lepton/nn/metric.hpp"
#include "lepton/nn/metrics/weighted_mean.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

Value error(const LossInputs& in) { return ops::sub(in.prediction, in.target); }
Value mean_last(const Value& x) { return ops::mean(x, {.axes = {-1}}); }

std::vector<Value> squared(const LossInputs& in, const Value& weight, const Attributes&) {
  return weighted_sums(mean_last(ops::square(error(in))), weight);
}
std::vector<Value> absolute(const LossInputs& in, const Value& weight, const Attributes&) {
  return weighted_sums(mean_last(ops::abs(error(in))), weight);
}
double root(std::span<const double> totals, const Attributes& a) { return std::sqrt(weighted_mean(totals, a)); }

// The loss of this name is its negative.
std::vector<Value> cosine(const LossInputs& in, const Value& weight, const Attributes& a) {
  return weighted_sums(ops::neg(get_loss("cosine_similarity").per_sample(in, a)), weight);
}

// The last axis of targets and predictions: distances from their means, and the means of their squares and products.
struct Moments {
  explicit Moments(const LossInputs& in) {
    const auto mean = [](const Value& x) { return ops::mean(x, {.axes = {-1}, .keepdims = true}); };
    const Value y_mean = mean(in.target), p_mean = mean(in.prediction);
    const Value y = ops::sub(in.target, y_mean), p = ops::sub(in.prediction, p_mean);
    product = mean_last(ops::mul(y, p));
    target_variance = mean_last(ops::square(y)), variance = mean_last(ops::square(p));
    shift = ops::squeeze(ops::sub(y_mean, p_mean), {-1});
  }
  Value product, target_variance, variance, shift;
};
std::vector<Value> pearson(const LossInputs& in, const Value& weight, const Attributes&) {
  const Moments m(in);
  return weighted_sums(ops::div(m.product, ops::sqrt(ops::mul(m.target_variance, m.variance))), weight);
}
std::vector<Value> concordance(const LossInputs& in, const Value& weight, const Attributes&) {
  const Moments m(in);
  const Value all = ops::add(ops::add(m.target_variance, m.variance), ops::square(m.shift));
  const Value twice = ops::mul(m.product, ops::constant_like(m.product, 2));
  return weighted_sums(ops::div(twice, ops::add(all, ops::constant_like(all, 1e-7))), weight);
}

// The mean over outputs of 1 - (squared error) / (squared distance from the mean).
double r2(const Predictions& predictions, const Attributes&) {
  const std::vector<double> p = predictions.prediction.to_vector<double>(), y = predictions.target.to_vector<double>();
  if (p.size() != y.size() || predictions.prediction.shape().rank() == 0)
    fail(ErrorCode::kShapeMismatch, "r2_score: targets do not fit the predictions ({} and {})", predictions.target.shape(),
         predictions.prediction.shape());
  const auto rows = static_cast<std::size_t>(predictions.prediction.shape()[0]);
  const std::size_t outputs = rows == 0 ? 0 : p.size() / rows;
  std::vector<double> weight(rows, 1.0);
  if (predictions.sample_weight.defined()) weight = predictions.sample_weight.to_vector<double>();
  double sum = 0;
  for (std::size_t k = 0; k < outputs; ++k) {
    double total = 0, mean = 0, unexplained = 0, variance = 0;
    for (std::size_t i = 0; i < rows; ++i) total += weight[i], mean += weight[i] * y[i * outputs + k];
    mean = total == 0 ? 0 : mean / total;
    for (std::size_t i = 0; i < rows; ++i) {
      const double value = y[i * outputs + k];
      unexplained += weight[i] * (value - p[i * outputs + k]) * (value - p[i * outputs + k]);
      variance += weight[i] * (value - mean) * (value - mean);
    }
    sum += variance == 0 ? (unexplained == 0 ? 1.0 : 0.0) : 1 - unexplained / variance;
  }
  return outputs == 0 ? std::nan("") : sum / static_cast<double>(outputs);
}

}  // namespace

std::vector<MetricDef> regression_metrics() {
  return {{.name = "mean_squared_error",
           .summary = "Mean of the squared errors.",
           .formula = "mean (p - y)^2",
           .higher_is_better = false,
           .batch_sums = squared,
           .finish = weighted_mean},
          {.name = "root_mean_squared_error",
           .summary = "Root of the mean squared error, in the units of the target.",
           .formula = "sqrt(mean (p - y)^2)",
           .higher_is_better = false,
           .batch_sums = squared,
           .finish = root},
          {.name = "mean_absolute_error",
           .summary = "Mean distance, in the units of the target.",
           .formula = "mean |p - y|",
           .higher_is_better = false,
           .batch_sums = absolute,
           .finish = weighted_mean},
          {.name = "cosine_similarity",
           .summary = "Cosine of the angle between target and prediction.",
           .formula = "sum y p / (|y| |p|)",
           .batch_sums = cosine,
           .finish = weighted_mean},
          {.name = "pearson_correlation",
           .summary = "Linear correlation of target and prediction over the last axis.",
           .formula = "mean (y - mean y)(p - mean p) / sqrt(var y var p)",
           .batch_sums = pearson,
           .finish = weighted_mean},
          {.name = "concordance_correlation",
           .summary = "Correlation that also wants equal means and variances, over the last axis (Lin 1989).",
           .formula = "2 cov(y, p) / (var y + var p + (mean y - mean p)^2)",
           .batch_sums = concordance,
           .finish = weighted_mean},
          {.name = "r2_score",
           .summary = "Share of the target's variance that is explained.",
           .formula = "1 - sum (p - y)^2 / sum (y - mean y)^2, mean over outputs",
           .from_predictions = r2}};
}

}  // namespace lepton::nn
