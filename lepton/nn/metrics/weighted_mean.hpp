// How a metric averages over samples in the graph: the sum of weight * figure and the sum of weights, added up over batches.
#pragma once

#include <span>
#include <vector>

#include "lepton/op/value.hpp"
#include "lepton/tensor/attributes.hpp"

namespace lepton::nn {

/// Shapes: figures: [N, …]; sample_weight: the first axes of figures, or undefined. Returns {sum of weight * figure, sum of weights}.
std::vector<Value> weighted_sums(const Value& figures, const Value& sample_weight);
/// The mean from the totals of weighted_sums; 0 without samples.
double weighted_mean(std::span<const double> totals, const Attributes&);

}  // namespace lepton::nn
