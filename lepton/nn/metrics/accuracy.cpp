// Accuracies: shares of right predictions, summed in the graph.
#include "lepton/nn/metric.hpp"
#include "lepton/nn/metrics/weighted_mean.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Value> binary(const LossInputs& in, const Value& weight, const Attributes& a) {
  const Value said = ops::greater(in.prediction, ops::constant_like(in.prediction, a.number("threshold")));
  const Value true_one = ops::greater(in.target, ops::constant_like(in.target, 0.5));
  const Value hits = ops::cast(ops::equal(said, true_one), in.prediction.dtype());
  return weighted_sums(ops::mean(hits, {.axes = {-1}}), weight);
}

std::vector<Value> categorical(const LossInputs& in, const Value& weight, const Attributes&) {
  const Value hits = ops::equal(ops::argmax(in.prediction, {.axis = -1}), ops::argmax(in.target, {.axis = -1}));
  return weighted_sums(ops::cast(hits, in.prediction.dtype()), weight);
}

std::vector<Value> sparse(const LossInputs& in, const Value& weight, const Attributes&) {
  Value labels = in.target;
  if (labels.rank() == in.prediction.rank()) labels = ops::squeeze(labels, {-1});
  if (labels.dtype() != DType::kI64) labels = ops::cast(labels, DType::kI64);
  return weighted_sums(ops::cast(ops::equal(ops::argmax(in.prediction, {.axis = -1}), labels), in.prediction.dtype()), weight);
}

}  // namespace

std::vector<MetricDef> accuracy_metrics() {
  return {
      {.name = "accuracy",
       .summary = "Share of right predictions; becomes the kind that fits the loss.",
       .batch_sums = categorical,
       .finish = weighted_mean},
      {.name = "binary_accuracy",
       .summary = "Share of yes/no outputs on the right side of the threshold.",
       .arguments = {{"threshold", 0.5, any_value, "outputs above it say yes"}},
       .batch_sums = binary,
       .finish = weighted_mean},
      {.name = "categorical_accuracy",
       .summary = "Share of samples whose largest output is the target's class.",
       .batch_sums = categorical,
       .finish = weighted_mean},
      {.name = "sparse_categorical_accuracy", .summary = "The same for integer targets.", .batch_sums = sparse, .finish = weighted_mean},
  };
}

}  // namespace lepton::nn
