// Statistics of an evaluation: confusion, per-class figures, calibration, and 95 % intervals for all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lepton::train {

struct Interval {
  double low = 0, high = 0;
};

/// Wilson score interval of a proportion at 95 %.
/// Source:  Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
Interval wilson_interval(std::int64_t successes, std::int64_t trials);

/// 95 % percentile bootstrap of any figure: `figure` gets the indices of the drawn samples. Samples of one group (same number in `groups`;
/// empty: each its own) are drawn together, so that dependent samples do not make the interval too narrow. Same seed, same interval.
/// Source:  Efron & Tibshirani 1993; Field & Welsh 2007 for clusters.
Interval bootstrap_interval(std::int64_t num_samples, std::span<const std::int64_t> groups,
                            const std::function<double(std::span<const std::int64_t>)>& figure, std::uint64_t seed, int resamples = 1000);

/// 95 % Student interval of the mean of two or more values. `overlap` widens it for figures of models that learnt from shared samples, as
/// in a cross-validation, where it is validated / training samples: 1 / (folds - 1).
///
/// Formula: mean ± t·s·√(1/n + overlap), with n - 1 degrees of freedom.
/// Errors:  throws kInvalidArgument for fewer than two values.
/// Source:  Nadeau & Bengio 2003, "Inference for the Generalization Error".
Interval mean_interval(std::span<const double> values, double overlap = 0);

/// counts[t * classes + p]: samples of true class t predicted as p.
struct Confusion {
  std::int64_t classes = 0;
  std::vector<std::int64_t> counts;
  std::int64_t at(std::int64_t truth, std::int64_t predicted) const {
    return counts[static_cast<std::size_t>(truth * classes + predicted)];
  }
};
Confusion confusion_matrix(std::span<const std::int64_t> truth, std::span<const std::int64_t> predicted, std::int64_t classes);

struct ClassFigures {
  double precision = 0, recall = 0, f1 = 0;  // 0 where undefined (nothing predicted, nothing there)
  std::int64_t support = 0;
  Interval recall_interval, precision_interval, f1_interval;
};
/// Wilson intervals for precision and recall of independent samples; bootstrap (by group) for F1, and for all figures of grouped samples.
std::vector<ClassFigures> class_figures(std::span<const std::int64_t> truth, std::span<const std::int64_t> predicted, std::int64_t classes,
                                        std::span<const std::int64_t> groups, std::uint64_t seed);

/// Confidence against accuracy in equal-width bins.
struct ReliabilityBin {
  double confidence = 0, accuracy = 0;  // means in the bin
  std::int64_t count = 0;
};
std::vector<ReliabilityBin> reliability(std::span<const double> confidence, std::span<const std::uint8_t> right, int bins = 15);

/// A figure with its interval, as a report shows it.
struct Figure {
  std::string name;
  double value = 0;
  Interval interval;
  std::string note = {};
  bool is_share = false;  // of samples: shown as a percentage
};
/// A share of samples with its Wilson interval; 0 of 0 is 0.
Figure proportion(std::string name, std::int64_t part, std::int64_t whole, std::string note = {});

}  // namespace lepton::train
