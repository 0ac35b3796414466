// Sums in the graph, the division on the host.
#include "lepton/nn/metrics/weighted_mean.hpp"

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {

std::vector<Value> weighted_sums(const Value& figures, const Value& sample_weight) {
  if (!sample_weight.defined()) return {ops::sum(figures), ops::axis_size(figures)};
  Value weight = ops::cast(sample_weight, figures.dtype());
  std::vector<std::int64_t> axes;
  for (int axis = weight.rank(); axis < figures.rank(); ++axis) axes.push_back(axis);
  if (!axes.empty()) weight = ops::expand_dims(weight, axes);
  const Value wide = ops::broadcast_to_like(weight, figures);
  return {ops::sum(ops::mul(figures, wide)), ops::sum(wide)};
}

double weighted_mean(std::span<const double> totals, const Attributes&) { return totals[1] == 0 ? 0 : totals[0] / totals[1]; }

}  // namespace lepton::nn
