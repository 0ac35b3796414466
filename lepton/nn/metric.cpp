// The table of metrics.
#include "lepton/nn/metric.hpp"

#include <algorithm>

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
