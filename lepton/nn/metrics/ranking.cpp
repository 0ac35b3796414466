// Areas under curves: how well probabilities rank yes above no.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "lepton/nn/metric.hpp"
#include "lepton/nn/metrics/class_rows.hpp"

namespace lepton::nn {
namespace {

// One class against the rest.
struct Ranked {
  std::vector<double> score, weight;
  std::vector<std::uint8_t> yes;
};

Ranked against_rest(const ClassRows& rows, std::size_t of_class) {
  Ranked r;
  const std::int64_t label = rows.classes == 1 ? 1 : static_cast<std::int64_t>(of_class);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    r.score.push_back(rows.at(i, of_class));
    r.weight.push_back(rows.weight[i]);
    r.yes.push_back(rows.truth[i] == label ? 1 : 0);
  }
  return r;
}

// Calls body(weight of yes, weight of no) for each group of equal scores, highest first.
template <class Body>
void for_each_tie(const Ranked& r, const Body& body) {
  std::vector<std::size_t> order(r.score.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return r.score[a] > r.score[b]; });
  for (std::size_t i = 0; i < order.size();) {
    double yes = 0, no = 0;
    const double score = r.score[order[i]];
    for (; i < order.size() && r.score[order[i]] == score; ++i) (r.yes[order[i]] != 0 ? yes : no) += r.weight[order[i]];
    body(yes, no);
  }
}

struct Totals {
  double yes = 0, no = 0;
};
Totals totals_of(const Ranked& r) {
  Totals t;
  for (std::size_t i = 0; i < r.score.size(); ++i) (r.yes[i] != 0 ? t.yes : t.no) += r.weight[i];
  return t;
}

// The chance that a yes ranks above a no; ties count half. NaN if there are not both.
double roc_area(const Ranked& r) {
  const Totals all = totals_of(r);
  double above = 0, won = 0;
  for_each_tie(r, [&](double yes, double no) {
    won += no * (above + yes / 2);
    above += yes;
  });
  return all.yes == 0 || all.no == 0 ? std::nan("") : won / (all.yes * all.no);
}

double average_precision_of(const Ranked& r) {
  const Totals all = totals_of(r);
  double yes = 0, said = 0, sum = 0;
  for_each_tie(r, [&](double more_yes, double more_no) {
    yes += more_yes;
    said += more_yes + more_no;
    if (said > 0) sum += more_yes * yes / said;
  });
  return all.yes == 0 ? std::nan("") : sum / all.yes;
}

// Over classes that have both, each as important as the others.
template <double (*kArea)(const Ranked&)>
double mean_over_classes(const Predictions& predictions, const Attributes&) {
  const ClassRows rows = class_rows(predictions);
  double sum = 0;
  int count = 0;
  for (std::size_t c = 0; c < rows.classes; ++c) {
    const double area = kArea(against_rest(rows, c));
    if (std::isnan(area)) continue;
    sum += area;
    ++count;
  }
  return count == 0 ? std::nan("") : sum / count;
}

// What is said yes to above each of Keras's thresholds.
struct Sweep {
  std::vector<double> true_yes, false_yes;
};
Sweep sweep(const Ranked& r, std::int64_t num_thresholds) {
  Sweep s;
  for (std::int64_t i = 0; i < num_thresholds; ++i) {
    double threshold = static_cast<double>(i) / static_cast<double>(num_thresholds - 1);
    if (i == 0) threshold = -1e-7;
    if (i == num_thresholds - 1) threshold = 1 + 1e-7;
    double yes = 0, no = 0;
    for (std::size_t k = 0; k < r.score.size(); ++k) {
      if (r.score[k] > threshold) (r.yes[k] != 0 ? yes : no) += r.weight[k];
    }
    s.true_yes.push_back(yes);
    s.false_yes.push_back(no);
  }
  return s;
}

double divided(double a, double b) { return b == 0 ? 0 : a / b; }

double auc(const Predictions& predictions, const Attributes& a) {
  const ClassRows rows = class_rows(predictions);
  if (rows.classes != 1) fail(ErrorCode::kInvalidArgument, "auc: is for one output; roc_auc averages over {} classes", rows.classes);
  const std::int64_t count = a.integer("num_thresholds");
  const std::string& curve = a.text("curve");
  if (count < 2) fail(ErrorCode::kInvalidArgument, "auc: num_thresholds must be at least 2, got {}", count);
  if (curve != "ROC" && curve != "PR") fail(ErrorCode::kInvalidArgument, "auc: curve must be ROC or PR, got '{}'", curve);
  const Ranked ranked = against_rest(rows, 0);
  const Totals all = totals_of(ranked);
  const Sweep s = sweep(ranked, count);
  double area = 0;
  for (std::size_t i = 0; i + 1 < s.true_yes.size(); ++i) {
    if (curve == "ROC") {
      const double width = divided(s.false_yes[i] - s.false_yes[i + 1], all.no);
      area += width * divided(s.true_yes[i] + s.true_yes[i + 1], 2 * all.yes);
      continue;
    }
    // Davis & Goadrich: true positives grow linearly with positives between two thresholds, precision does not.
    const double said = s.true_yes[i] + s.false_yes[i], next = s.true_yes[i + 1] + s.false_yes[i + 1];
    const double gained = s.true_yes[i] - s.true_yes[i + 1], slope = divided(gained, std::max(said - next, 0.0));
    const double intercept = s.true_yes[i + 1] - slope * next;
    const double ratio = said > 0 && next > 0 ? said / next : 1;
    area += divided(slope * (gained + intercept * std::log(ratio)), all.yes);
  }
  return area;
}

}  // namespace

std::vector<MetricDef> ranking_metrics() {
  return {
      {.name = "auc",
       .summary = "Area under the ROC or precision-recall curve at evenly spaced thresholds, as Keras computes it.",
       .formula = "Riemann sum over thresholds; PR after Davis & Goadrich 2006",
       .arguments = {{"num_thresholds", 200, positive, "how many thresholds"}, {"curve", "ROC", any_value, "ROC or PR"}},
       .from_predictions = auc},
      {.name = "roc_auc",
       .summary = "Exact area under the ROC curve: the chance that a yes ranks above a no. Several classes: one against the rest, mean.",
       .formula = "P(score of yes > score of no) + P(equal) / 2 (Hanley & McNeil 1982)",
       .from_predictions = mean_over_classes<roc_area>},
      {.name = "average_precision",
       .summary = "Exact area under the precision-recall curve as a step function.",
       .formula = "sum of recall steps times precision",
       .from_predictions = mean_over_classes<average_precision_of>}};
}

}  // namespace lepton::nn
