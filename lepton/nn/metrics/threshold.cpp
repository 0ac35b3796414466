// Figures at the best of many thresholds: how much of one kind is right while the other is held at a level.
#include <algorithm>

#include "lepton/nn/metric.hpp"
#include "lepton/nn/metrics/class_rows.hpp"

namespace lepton::nn {
namespace {

struct Counts {
  double yes_as_yes = 0, no_as_yes = 0, yes = 0, no = 0;

  static double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }
  double recall() const { return ratio(yes_as_yes, yes); }
  double specificity() const { return ratio(no - no_as_yes, no); }
  double precision() const { return ratio(yes_as_yes, yes_as_yes + no_as_yes); }
};

// The largest `wanted` among the thresholds where `held` reaches the argument `held_name`; 0 if none does.
template <double (Counts::*kWanted)() const, double (Counts::*kHeld)() const>
double best(const Predictions& predictions, std::string_view held_name, const Attributes& a) {
  const ClassRows rows = class_rows(predictions);
  if (rows.classes != 1) fail(ErrorCode::kInvalidArgument, "a figure at a threshold is for one probability, not {} classes", rows.classes);
  const std::int64_t count = a.integer("num_thresholds");
  double largest = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    const double threshold = count == 1 ? 0.5 : static_cast<double>(k) / static_cast<double>(count - 1);
    Counts counts;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool said = rows.at(i, 0) > threshold;
      (rows.truth[i] == 1 ? counts.yes : counts.no) += rows.weight[i];
      if (said) (rows.truth[i] == 1 ? counts.yes_as_yes : counts.no_as_yes) += rows.weight[i];
    }
    if ((counts.*kHeld)() >= a.number(held_name)) largest = std::max(largest, (counts.*kWanted)());
  }
  return largest;
}

template <double (Counts::*kWanted)() const, double (Counts::*kHeld)() const>
MetricDef declare(std::string_view name, std::string_view summary, std::string_view held) {
  return {.name = name,
          .summary = summary,
          .arguments = {{held, 0.5, probability, "the level that must be reached", true},
                        {"num_thresholds", 200, positive, "evenly from 0 to 1"}},
          .from_predictions = [held](const Predictions& p, const Attributes& a) { return best<kWanted, kHeld>(p, held, a); }};
}

}  // namespace

std::vector<MetricDef> threshold_metrics() {
  using C = Counts;
  return {
      declare<&C::recall, &C::specificity>("sensitivity_at_specificity", "Largest sensitivity at this specificity or more.", "specificity"),
      declare<&C::specificity, &C::recall>("specificity_at_sensitivity", "Largest specificity at this sensitivity or more.", "sensitivity"),
      declare<&C::precision, &C::recall>("precision_at_recall", "Largest precision at this recall or more.", "recall"),
      declare<&C::recall, &C::precision>("recall_at_precision", "Largest recall at this precision or more.", "precision")};
}

}  // namespace lepton::nn
