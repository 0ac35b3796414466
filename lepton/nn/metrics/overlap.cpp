// Intersection over union of classes, for masks and for rows: every element of the target counts.
#include <algorithm>

#include "lepton/nn/metric.hpp"

namespace lepton::nn {
namespace {

// Weight of elements by truth and decision.
struct Confusion {
  std::size_t classes;
  std::vector<double> weight;
  double at(std::size_t truth, std::size_t decided) const { return weight[truth * classes + decided]; }
};

std::size_t argmax(std::span<const double> row) { return static_cast<std::size_t>(std::ranges::max_element(row) - row.begin()); }

// `decide` gives truth and decision of element i.
template <class Decide>
Confusion count(const Predictions& p, std::size_t classes, std::size_t elements, const Decide& decide) {
  Confusion counts{classes, std::vector<double>(classes * classes, 0.0)};
  const auto rows = static_cast<std::size_t>(std::max<std::int64_t>(p.target.shape().rank() == 0 ? 1 : p.target.shape()[0], 1));
  const std::vector<double> weights = p.sample_weight.defined() ? p.sample_weight.to_vector<double>() : std::vector<double>(rows, 1.0);
  for (std::size_t i = 0; i < elements; ++i) {
    const auto [truth, decided] = decide(i);
    if (truth >= classes || decided >= classes)
      fail(ErrorCode::kInvalidArgument, "iou: class {} is none of {}", std::max(truth, decided), classes);
    counts.weight[truth * classes + decided] += weights[std::min(i / std::max<std::size_t>(elements / rows, 1), rows - 1)];
  }
  return counts;
}

// The mean over the classes (all, or those named) that occur.
double mean_overlap(const Confusion& counts, const Dims& wanted) {
  double sum = 0, present = 0;
  for (std::size_t c = 0; c < counts.classes; ++c) {
    if (!wanted.empty() && std::ranges::find(wanted, static_cast<std::int64_t>(c)) == wanted.end()) continue;
    double truth = 0, decided = 0;
    for (std::size_t k = 0; k < counts.classes; ++k) truth += counts.at(c, k), decided += counts.at(k, c);
    const double together = truth + decided - counts.at(c, c);
    if (together <= 0) continue;
    sum += counts.at(c, c) / together;
    ++present;
  }
  return present == 0 ? 0 : sum / present;
}

double binary_iou(const Predictions& p, const Attributes& a) {
  const std::vector<double> said = p.prediction.to_vector<double>(), is = p.target.to_vector<double>();
  if (said.size() != is.size())
    fail(ErrorCode::kShapeMismatch, "binary_iou: targets {} for predictions {}", p.target.shape(), p.prediction.shape());
  const double threshold = a.number("threshold");
  const Confusion counts = count(p, 2, is.size(), [&](std::size_t i) {
    return std::pair<std::size_t, std::size_t>(is[i] >= 0.5 ? 1 : 0, said[i] >= threshold ? 1 : 0);
  });
  return mean_overlap(counts, a.integers("target_class_ids"));
}

// The last axis of the prediction holds a score for each class; targets are indices, or one place for each class.
double mean_iou(const Predictions& p, const Attributes& a) {
  const std::vector<double> said = p.prediction.to_vector<double>(), is = p.target.to_vector<double>();
  const auto classes = static_cast<std::size_t>(p.prediction.shape().rank() == 0 ? 1 : p.prediction.shape()[-1]);
  if (classes == 0 || (is.size() != said.size() && is.size() * classes != said.size()))
    fail(ErrorCode::kShapeMismatch, "mean_iou: targets {} for predictions {}", p.target.shape(), p.prediction.shape());
  const bool hot = is.size() == said.size();
  const Confusion counts = count(p, classes, said.size() / classes, [&](std::size_t i) {
    const std::size_t truth = hot ? argmax(std::span(is).subspan(i * classes, classes)) : static_cast<std::size_t>(std::max(is[i], 0.0));
    return std::pair<std::size_t, std::size_t>(truth, argmax(std::span(said).subspan(i * classes, classes)));
  });
  return mean_overlap(counts, a.integers("target_class_ids"));
}

}  // namespace

std::vector<MetricDef> overlap_metrics() {
  const AttributeDef classes = {"target_class_ids", Dims{}, non_negative_integers, "classes whose mean is taken; none: all that occur"};
  return {{.name = "binary_iou",
           .summary = "Intersection over union of no and yes.",
           .formula = "TP / (TP + FP + FN), mean over both classes",
           .arguments = {classes, {"threshold", 0.5, any_value, "outputs from it on say yes"}},
           .from_predictions = binary_iou},
          {.name = "mean_iou",
           .summary = "Intersection over union, mean over classes.",
           .formula = "mean TP / (TP + FP + FN)",
           .arguments = {classes},
           .from_predictions = mean_iou}};
}

}  // namespace lepton::nn
