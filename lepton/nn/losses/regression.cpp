// Losses for numbers: squared, absolute, Huber and relatives. Each folds the last axis by its mean.
#include "lepton/nn/loss.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

Value mean_last(const Value& x) { return ops::mean(x, {.axes = {-1}}); }
Value error(const LossInputs& in) { return ops::sub(in.prediction, in.target); }

Value mean_squared(const LossInputs& in, const Attributes&) { return mean_last(ops::square(error(in))); }
Value mean_absolute(const LossInputs& in, const Attributes&) { return mean_last(ops::abs(error(in))); }

}  // namespace

std::vector<LossDef> regression_losses() {
  return {
      {.name = "mean_squared_error", .summary = "Mean of squared errors.", .formula = "(p - t)²", .per_sample = mean_squared},
      {.name = "mse", .summary = "Mean of squared errors.", .formula = "(p - t)²", .per_sample = mean_squared},
      {.name = "mean_absolute_error", .summary = "Mean of absolute errors.", .formula = "|p - t|", .per_sample = mean_absolute},
      {.name = "mae", .summary = "Mean of absolute errors.", .formula = "|p - t|", .per_sample = mean_absolute},
  };
}

}  // namespace lepton::nn
