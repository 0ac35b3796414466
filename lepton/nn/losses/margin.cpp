// Hinge losses, and the divergence of distributions.
#include "lepton/nn/loss.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

constexpr double kEpsilon = 1e-7;

Value constant(const Value& x, double value) { return ops::constant_like(x, value); }
Value mean_last(const Value& x) { return ops::mean(x, {.axes = {-1}}); }
Value sum_last(const Value& x) { return ops::sum(x, {.axes = {-1}}); }

// Targets of 0 and 1 are read as -1 and 1 if no target is anything else, as Keras does.
Value signs(const Value& target) {
  const Value zero = constant(target, 0), one = constant(target, 1);
  const Value is_binary = ops::all(ops::logical_or(ops::equal(target, zero), ops::equal(target, one)));
  return ops::where(is_binary, ops::sub(ops::add(target, target), one), target);
}

Value margin(const LossInputs& in) { return ops::relu(ops::sub(constant(in.prediction, 1), ops::mul(signs(in.target), in.prediction))); }

Value categorical_hinge(const LossInputs& in, const Attributes&) {
  const Value right = sum_last(ops::mul(in.target, in.prediction));
  const Value wrong = ops::max(ops::mul(ops::sub(constant(in.target, 1), in.target), in.prediction), {.axes = {-1}});
  return ops::relu(ops::add(ops::sub(wrong, right), constant(right, 1)));
}

Value within_one(const Value& p) { return ops::minimum(ops::maximum(p, constant(p, kEpsilon)), constant(p, 1)); }

Value kl_divergence(const LossInputs& in, const Attributes&) {
  const Value t = within_one(in.target), p = within_one(in.prediction);
  return sum_last(ops::mul(t, ops::log(ops::div(t, p))));
}

}  // namespace

std::vector<LossDef> margin_losses() {
  return {
      {.name = "hinge",
       .summary = "Margin loss for targets -1 and 1.",
       .formula = "max(1 - t p, 0)",
       .per_sample = [](const LossInputs& in, const Attributes&) { return mean_last(margin(in)); }},
      {.name = "squared_hinge",
       .summary = "Squared margin loss.",
       .formula = "max(1 - t p, 0)²",
       .per_sample = [](const LossInputs& in, const Attributes&) { return mean_last(ops::square(margin(in))); }},
      {.name = "categorical_hinge",
       .summary = "Margin between the right class and the best wrong one.",
       .formula = "max(max((1 - t) p) - sum(t p) + 1, 0)",
       .per_sample = categorical_hinge},
      {.name = "kl_divergence",
       .summary = "Kullback-Leibler divergence of distributions.",
       .formula = "sum t log(t / p)",
       .per_sample = kl_divergence},
  };
}

}  // namespace lepton::nn
