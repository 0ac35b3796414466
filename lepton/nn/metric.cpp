// The table of metrics.
#include "lepton/nn/metric.hpp"

#include <algorithm>

#include "lepton/nn/metrics/weighted_mean.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {

std::vector<MetricDef> make_all_metrics();  // generated

std::span<const MetricDef> all_metrics() {
  static const std::vector<MetricDef> table = [] {
    std::vector<MetricDef> rows = make_all_metrics();
    std::ranges::sort(rows, {}, &MetricDef::name);
    return rows;
  }();
  return table;
}

const MetricDef& get_metric(std::string_view name) {
  // Keras's short names.
  static constexpr std::pair<std::string_view, std::string_view> kShort[] = {{"acc", "accuracy"},
                                                                             {"mse", "mean_squared_error"},
                                                                             {"rmse", "root_mean_squared_error"},
                                                                             {"mae", "mean_absolute_error"},
                                                                             {"AUC", "auc"}};
  for (const auto& [given, full] : kShort) {
    if (name == given) name = full;
  }
  return *find_row(all_metrics(), name, "metric").value();
}

Metric::Metric(const Spec& spec)
    : def_(&get_metric(spec.name)), arguments_(spec.bind(spec.name, def_->arguments).value()), key_(spec.name), text_(spec.to_string()) {}

Metric::Metric(std::string name, LossFunction per_sample) : key_(name), text_(std::move(name)) {
  own_ = std::make_shared<const MetricDef>(
      MetricDef{.name = "function",
                .summary = "The mean of a function.",
                .batch_sums =
                    [per_sample = std::move(per_sample)](const LossInputs& in, const Value& weight, const Attributes& a) {
                      const Value figures = per_sample(in, a);
                      // A scalar is the figure of the batch: each of its samples has it.
                      if (figures.rank() > 0) return weighted_sums(figures, weight);
                      const Value count = ops::axis_size(in.prediction, {0});
                      return std::vector<Value>{ops::mul(figures, ops::cast(count, figures.dtype())), count};
                    },
                .finish = weighted_mean});
  def_ = own_.get();
}

Metric Metric::with_key(std::string key) const {
  Metric metric = *this;
  metric.key_ = std::move(key);
  return metric;
}

Metric Metric::resolved(const Loss& loss, const Shape& prediction) const {
  if (def_->name != "accuracy") return *this;
  // Keras decides by the shapes of target and prediction; the loss says which shape the target has.
  std::string_view kind = "categorical_accuracy";
  if (prediction.rank() > 0 && prediction[-1] == 1) kind = "binary_accuracy";
  if (loss.takes_class_indices()) kind = "sparse_categorical_accuracy";
  if (loss.name().starts_with("binary")) kind = "binary_accuracy";
  Metric metric = *this;
  metric.def_ = &get_metric(kind);
  metric.arguments_ = Spec(std::string(kind), {}).bind(kind, metric.def_->arguments).value();
  return metric;
}

}  // namespace lepton::nn
