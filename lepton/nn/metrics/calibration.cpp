// Whether probabilities mean what they say: Brier score and expected calibration error.
#include <algorithm>
#include <cmath>

#include "lepton/nn/metric.hpp"
#include "lepton/nn/metrics/class_rows.hpp"

namespace lepton::nn {
namespace {

double brier(const Predictions& predictions, const Attributes&) {
  const ClassRows rows = class_rows(predictions);
  double sum = 0, weight = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double squares = 0;
    for (std::size_t c = 0; c < rows.classes; ++c) {
      const bool is = rows.truth[i] == (rows.classes == 1 ? 1 : static_cast<std::int64_t>(c));
      const double error = rows.at(i, c) - (is ? 1 : 0);
      squares += error * error;
    }
    sum += rows.weight[i] * squares;
    weight += rows.weight[i];
  }
  return weight == 0 ? 0 : sum / weight;
}

double calibration_error(const Predictions& predictions, const Attributes& a) {
  const ClassRows rows = class_rows(predictions);
  const auto bins = static_cast<std::size_t>(a.integer("num_bins"));
  std::vector<double> confidence(bins), right(bins);
  double weight = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double c = rows.confidence(i);
    const double place = std::ceil(c * static_cast<double>(bins)) - 1;
    const auto bin = static_cast<std::size_t>(std::clamp(std::isnan(place) ? 0.0 : place, 0.0, static_cast<double>(bins) - 1));
    confidence[bin] += rows.weight[i] * c;
    right[bin] += rows.decided(i) == rows.truth[i] ? rows.weight[i] : 0;
    weight += rows.weight[i];
  }
  double error = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) error += std::abs(right[bin] - confidence[bin]);
  return weight == 0 ? 0 : error / weight;
}

}  // namespace

std::vector<MetricDef> calibration_metrics() {
  return {{.name = "brier_score",
           .summary = "Mean squared distance of the probabilities from what was true.",
           .formula = "mean of sum over classes of (p - [is the class])^2; one output: (p - y)^2 (Brier 1950)",
           .higher_is_better = false,
           .from_predictions = brier},
          {.name = "expected_calibration_error",
           .summary = "Mean distance between confidence and accuracy in bins of equal width.",
           .formula = "sum over bins of |bin| / N |accuracy - confidence| (Naeini et al. 2015)",
           .arguments = {{"num_bins", 15, positive, "how many bins"}},
           .higher_is_better = false,
           .from_predictions = calibration_error}};
}

}  // namespace lepton::nn
