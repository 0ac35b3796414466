// Every loss that is the mean of figures of samples is a metric of the same name, as in Keras.
#include <set>

#include "lepton/nn/metric.hpp"
#include "lepton/nn/metrics/weighted_mean.hpp"
#include "lepton/ops/elementwise.hpp"

namespace lepton::nn {

std::vector<MetricDef> losses_metrics() {
  // These have a metric of their own, or one figure for the whole batch.
  static const std::set<std::string_view> kElsewhere = {
      "mean_squared_error", "mean_absolute_error", "mse", "mae", "cosine_similarity", "dice", "tversky", "circle", "triplet"};
  std::vector<MetricDef> all;
  for (const LossDef& loss : all_losses()) {
    if (kElsewhere.contains(loss.name)) continue;
    all.push_back({.name = loss.name,
                   .summary = loss.summary,
                   .formula = loss.formula,
                   .arguments = loss.arguments,
                   .higher_is_better = false,
                   .batch_sums =
                       [&loss](LossInputs in, const Value& weight, const Attributes& a) {
                         if (!loss.takes_class_indices && in.target.dtype() != in.prediction.dtype())
                           in.target = ops::cast(in.target, in.prediction.dtype());
                         return weighted_sums(loss.per_sample(in, a), weight);
                       },
                   .finish = weighted_mean});
  }
  return all;
}

}  // namespace lepton::nn
