// Top-k accuracies: the true class is among the k most probable ones.
#include "lepton/nn/metric.hpp"
#include "lepton/nn/metrics/weighted_mean.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

// A hit if fewer than k classes are more probable; ties are in the label's favour, as in Keras.
std::vector<Value> hits(const Value& prediction, const Value& labels, const Value& weight, const Attributes& a) {
  const Value own = ops::take_along_axis(prediction, ops::expand_dims(labels, {-1}), -1);
  const Value better = ops::sum(ops::cast(ops::greater(prediction, own), prediction.dtype()), {.axes = {-1}});
  const Value limit = ops::constant_like(better, static_cast<double>(a.integer("k")));
  return weighted_sums(ops::cast(ops::less(better, limit), prediction.dtype()), weight);
}

std::vector<Value> categorical(const LossInputs& in, const Value& weight, const Attributes& a) {
  return hits(in.prediction, ops::argmax(in.target, {.axis = -1}), weight, a);
}

std::vector<Value> sparse(const LossInputs& in, const Value& weight, const Attributes& a) {
  Value labels = in.target;
  if (labels.rank() == in.prediction.rank()) labels = ops::squeeze(labels, {-1});
  return hits(in.prediction, labels.dtype() == DType::kI64 ? labels : ops::cast(labels, DType::kI64), weight, a);
}

MetricDef declare(std::string_view name, std::string_view summary,
                  std::vector<Value> (*sums)(const LossInputs&, const Value&, const Attributes&)) {
  return {.name = name,
          .summary = summary,
          .formula = "share of samples with fewer than k classes above the true one",
          .arguments = {{"k", 5, positive, "how many classes count"}},
          .batch_sums = sums,
          .finish = weighted_mean};
}

}  // namespace

std::vector<MetricDef> top_k_metrics() {
  return {declare("top_k_categorical_accuracy", "Share of samples whose class is among the k most probable.", categorical),
          declare("sparse_top_k_categorical_accuracy", "The same for integer targets.", sparse)};
}

}  // namespace lepton::nn
