// The learning-rate finder: a short training whose rate rises from step to step shows which rates a model bears.
#pragma once

#include <string>
#include <vector>

#include "lepton/train/batches.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {

struct RateFinderOptions {
  double from = 1e-7, to = 10;  // rates tried, evenly spaced in their logarithm
  std::int64_t steps = 100;
  double smoothing = 0.9;  // share of the running mean of the losses that stays
  double stop_at = 4;      // ends when the smoothed loss is so many times its least
};

struct RateCurve {
  std::vector<double> rates, losses;  // smoothed losses; shorter than `steps` if the loss ran away
  double suggested = 0;               // where the loss falls fastest; 0: it never fell
  /// The curve as an SVG picture.
  std::string plot() const;
};

/// Trains a compiled model on batches of `training`, begun again when they end, and puts weights, optimiser and rate back as they were.
/// Errors:  throws kInvalidArgument for options that make no row of rates, an optimiser with a schedule, or a source without batches; those
///          of train_on_batch().
/// Source:  Smith 2017, Cyclical Learning Rates for Training Neural Networks, section 3.3.
RateCurve find_learning_rate(Model& model, BatchSource& training, const RateFinderOptions& options = {});

}  // namespace lepton::train
