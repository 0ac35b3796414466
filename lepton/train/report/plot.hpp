// Small SVG plots without dependencies: curves, a confusion matrix, a reliability diagram. They follow the page's text colour.
#pragma once

#include <string>
#include <vector>

#include "lepton/train/report/statistics.hpp"

namespace lepton::train {

struct Curve {
  std::string name;
  std::vector<double> values;  // at x = 1, 2, …; values that are not finite leave a gap
};

/// Curves over epochs with axes, grid and legend. `marked` (1-based, 0: none) draws a vertical line, e.g. at the best epoch.
std::string plot_curves(const std::string& title, const std::vector<Curve>& curves, std::int64_t marked = 0);

/// Rows are true classes, columns predictions; shaded by the share of the row.
std::string plot_confusion(const Confusion& confusion, const std::vector<std::string>& classes);

/// Accuracy against confidence, with the diagonal of perfect calibration and the counts of the bins.
std::string plot_reliability(const std::vector<ReliabilityBin>& bins);

/// Points of predicted against true values with the diagonal (regression).
std::string plot_scatter(const std::string& title, const std::vector<double>& truth, const std::vector<double>& predicted);

/// Text for HTML and SVG: & < > " ' escaped.
std::string escape_html(std::string_view text);

}  // namespace lepton::train
