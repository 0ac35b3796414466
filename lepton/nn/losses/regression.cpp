// Losses for numbers: squared, absolute, Huber and relatives. Each folds the last axis, by its mean unless said otherwise.
#include "lepton/nn/loss.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

constexpr double kEpsilon = 1e-7;  // Keras's backend epsilon

Value mean_last(const Value& x) { return ops::mean(x, {.axes = {-1}}); }
Value sum_last(const Value& x) { return ops::sum(x, {.axes = {-1}}); }
Value constant(const Value& x, double value) { return ops::constant_like(x, value); }
Value at_least(const Value& x, double low) { return ops::maximum(x, constant(x, low)); }
Value scaled(const Value& x, double factor) { return ops::mul(x, constant(x, factor)); }
Value error(const LossInputs& in) { return ops::sub(in.prediction, in.target); }

Value mean_squared(const LossInputs& in, const Attributes&) { return mean_last(ops::square(error(in))); }
Value mean_absolute(const LossInputs& in, const Attributes&) { return mean_last(ops::abs(error(in))); }

Value absolute_percentage(const LossInputs& in, const Attributes&) {
  const Value relative = ops::div(ops::sub(in.target, in.prediction), at_least(ops::abs(in.target), kEpsilon));
  return scaled(mean_last(ops::abs(relative)), 100);
}

Value squared_logarithmic(const LossInputs& in, const Attributes&) {
  const auto log_of = [](const Value& x) { return ops::log(ops::add(at_least(x, kEpsilon), constant(x, 1))); };
  return mean_last(ops::square(ops::sub(log_of(in.prediction), log_of(in.target))));
}

Value huber(const LossInputs& in, const Attributes& a) {
  const double delta = a.number("delta");
  const Value e = error(in), size = ops::abs(e);
  const Value inside = scaled(ops::square(e), 0.5), outside = ops::sub(scaled(size, delta), constant(e, 0.5 * delta * delta));
  return mean_last(ops::where(ops::less_equal(size, constant(e, delta)), inside, outside));
}

// x + softplus(-2x) - log 2 does not overflow.
Value log_cosh(const LossInputs& in, const Attributes&) {
  const Value e = error(in);
  return mean_last(ops::sub(ops::add(e, ops::softplus(scaled(e, -2))), constant(e, 0.69314718055994530942)));
}

Value poisson(const LossInputs& in, const Attributes&) {
  return mean_last(ops::sub(in.prediction, ops::mul(in.target, ops::log(ops::add(in.prediction, constant(in.prediction, kEpsilon))))));
}

// x / max(|x|, tiny), as Keras normalises.
Value normalized(const Value& x) {
  return ops::div(x, ops::sqrt(at_least(ops::sum(ops::square(x), {.axes = {-1}, .keepdims = true}), 1e-12)));
}

Value cosine_similarity(const LossInputs& in, const Attributes&) {
  return ops::neg(sum_last(ops::mul(normalized(in.target), normalized(in.prediction))));
}

// The loss whose best constant is the quantile.
Value quantile(const LossInputs& in, const Attributes& a) {
  const Value under = ops::sub(in.target, in.prediction);
  const double q = a.number("quantile");
  return mean_last(ops::maximum(scaled(under, q), scaled(under, q - 1)));
}

}  // namespace

std::vector<LossDef> regression_losses() {
  return {
      {.name = "mean_squared_error", .summary = "Mean of squared errors.", .formula = "(p - t)²", .per_sample = mean_squared},
      {.name = "mse", .summary = "Mean of squared errors.", .formula = "(p - t)²", .per_sample = mean_squared},
      {.name = "mean_absolute_error", .summary = "Mean of absolute errors.", .formula = "|p - t|", .per_sample = mean_absolute},
      {.name = "mae", .summary = "Mean of absolute errors.", .formula = "|p - t|", .per_sample = mean_absolute},
      {.name = "mean_absolute_percentage_error",
       .summary = "Mean error in percent of the target.",
       .formula = "100 |t - p| / max(|t|, 1e-7)",
       .per_sample = absolute_percentage},
      {.name = "mean_squared_logarithmic_error",
       .summary = "Squared error of logarithms.",
       .formula = "(log(p + 1) - log(t + 1))²",
       .per_sample = squared_logarithmic},
      {.name = "huber",
       .summary = "Squared near zero, absolute beyond delta (Huber 1964).",
       .formula = "e²/2 if |e| <= delta, else delta |e| - delta²/2",
       .arguments = {{"delta", 1.0, positive, "where the square ends, in the units of the target"}},
       .per_sample = huber},
      {.name = "log_cosh",
       .summary = "Logarithm of the hyperbolic cosine of the error.",
       .formula = "log cosh(p - t)",
       .per_sample = log_cosh},
      {.name = "poisson", .summary = "Negative log-likelihood of counts.", .formula = "p - t log(p + 1e-7)", .per_sample = poisson},
      {.name = "quantile",
       .summary = "Pinball loss: predicts a quantile (Koenker & Bassett 1978).",
       .formula = "max(q (t - p), (q - 1) (t - p))",
       .arguments = {{"quantile", 0.5, probability, "q: share of targets below the prediction"}},
       .per_sample = quantile},
      {.name = "cosine_similarity",
       .summary = "Minus the cosine of the angle between target and prediction.",
       .formula = "-sum t p / (|t| |p|)",
       .per_sample = cosine_similarity},
  };
}

}  // namespace lepton::nn
