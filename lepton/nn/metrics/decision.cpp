// Figures of a decision between yes and no, or among classes: precision, recall, F1.
#include "lepton/nn/metric.hpp"
#include "lepton/nn/metrics/class_rows.hpp"
#include "lepton/nn/metrics/weighted_mean.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// {true positives, what they are a share of}: everything said yes to (precision), or everything that is yes (recall).
template <bool kPrecision>
std::vector<Value> sums(const LossInputs& in, const Value& weight, const Attributes& a) {
  const DType dtype = in.prediction.dtype();
  const Value said = ops::cast(ops::greater(in.prediction, ops::constant_like(in.prediction, a.number("thresholds"))), dtype);
  const Value is = ops::cast(ops::greater(in.target, ops::constant_like(in.target, 0.5)), dtype);
  return {weighted_sums(ops::mul(said, is), weight)[0], weighted_sums(kPrecision ? said : is, weight)[0]};
}

double fbeta(const Predictions& predictions, const Attributes& a, double beta) {
  const ClassRows rows = class_rows(predictions);
  const std::size_t classes = std::max<std::size_t>(rows.classes, 2);
  std::vector<double> right(classes), said(classes), is(classes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto truth = static_cast<std::size_t>(rows.truth[i]), decided = static_cast<std::size_t>(rows.decided(i, a.number("threshold")));
    if (truth >= classes) fail(ErrorCode::kInvalidArgument, "f-score: class {} is none of {}", truth, classes);
    said[decided] += rows.weight[i];
    is[truth] += rows.weight[i];
    if (truth == decided) right[truth] += rows.weight[i];
  }
  const auto of_class = [&](std::size_t c) { return ratio((1 + beta * beta) * right[c], said[c] + beta * beta * is[c]); };
  if (rows.classes == 1) return of_class(1);
  const std::string& average = a.text("average");
  double sum = 0, weight = 0, all_right = 0, all_said = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    const double w = average == "weighted" ? is[c] : 1;
    sum += w * of_class(c);
    weight += w;
    all_right += right[c];
    all_said += said[c];
  }
  if (average == "micro") return ratio(all_right, all_said);
  if (average != "macro" && average != "weighted")
    fail(ErrorCode::kInvalidArgument, "f-score: average must be macro, micro or weighted, got '{}'", average);
  return ratio(sum, weight);
}

}  // namespace

std::vector<MetricDef> decision_metrics() {
  return {{.name = "precision",
           .summary = "Share of what was said yes to that is yes.",
           .formula = "TP / (TP + FP), 0 without any",
           .arguments = {{"thresholds", 0.5, any_value, "outputs above it say yes"}},
           .batch_sums = sums<true>,
           .finish = weighted_mean},
          {.name = "recall",
           .summary = "Share of what is yes that was said yes to.",
           .formula = "TP / (TP + FN), 0 without any",
           .arguments = {{"thresholds", 0.5, any_value, "outputs above it say yes"}},
           .batch_sums = sums<false>,
           .finish = weighted_mean},
          {.name = "f1_score",
           .summary = "Harmonic mean of precision and recall, of yes or averaged over classes.",
           .formula = "2 TP / (2 TP + FP + FN)",
           .arguments = {{"average", "macro", any_value, "macro, micro or weighted (by class size)"},
                         {"threshold", 0.5, any_value, "of one output: above it says yes"}},
           .from_predictions = [](const Predictions& p, const Attributes& a) { return fbeta(p, a, 1); }},
          {.name = "fbeta_score",
           .summary = "As f1_score, with recall beta times as important as precision.",
           .formula = "(1 + beta^2) TP / ((1 + beta^2) TP + beta^2 FN + FP)",
           .arguments = {{"average", "macro", any_value, "macro, micro or weighted (by class size)"},
                         {"beta", 1.0, positive, "weight of recall"},
                         {"threshold", 0.5, any_value, "of one output: above it says yes"}},
           .from_predictions = [](const Predictions& p, const Attributes& a) { return fbeta(p, a, a.number("beta")); }}};
}

}  // namespace lepton::nn
