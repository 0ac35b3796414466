// Losses for masks: how little of prediction and truth overlaps.
#include "lepton/nn/loss.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

constexpr double kEpsilon = 1e-7;  // Keras's backend epsilon

Value constant(const Value& x, double value) { return ops::constant_like(x, value); }

// Over the axes of the argument `axis`, or over everything.
Value total(const Value& x, const Attributes& a) {
  const Dims& axes = a.integers("axis");
  return axes.empty() ? ops::sum(x) : ops::sum(x, {.axes = axes});
}

Value share(const Value& part, const Value& whole) { return ops::div(part, ops::add(whole, constant(whole, kEpsilon))); }

Value dice(const LossInputs& in, const Attributes& a) {
  const Value both = total(ops::mul(in.target, in.prediction), a);
  const Value overlap = share(ops::add(both, both), ops::add(total(in.target, a), total(in.prediction, a)));
  return ops::sub(constant(overlap, 1), overlap);
}

// `alpha` goes with truth that is missed and `beta` with what is predicted in vain, as in Keras's code (its text has them the other way).
Value tversky(const LossInputs& in, const Attributes& a) {
  const Value &t = in.target, &p = in.prediction;
  const Value both = total(ops::mul(t, p), a);
  const Value missed = total(ops::mul(ops::sub(constant(p, 1), p), t), a), in_vain = total(ops::mul(p, ops::sub(constant(t, 1), t)), a);
  const Value wrong =
      ops::add(ops::mul(missed, constant(missed, a.number("alpha"))), ops::mul(in_vain, constant(in_vain, a.number("beta"))));
  const Value overlap = share(both, ops::add(both, wrong));
  return ops::sub(constant(overlap, 1), overlap);
}

const AttributeDef kAxis = {"axis", Dims{}, any_value, "axes over which it is taken; none: all, so that a batch counts as one"};

}  // namespace

std::vector<LossDef> overlap_losses() {
  return {
      {.name = "dice",
       .summary = "One minus the Dice coefficient of masks (Milletari et al. 2016).",
       .formula = "1 - 2 sum(t p) / (sum t + sum p + 1e-7)",
       .arguments = {kAxis},
       .per_sample = dice},
      {.name = "tversky",
       .summary = "Dice with weights for both kinds of error (Salehi et al. 2017).",
       .formula = "1 - sum(t p) / (sum(t p) + alpha sum(t (1 - p)) + beta sum((1 - t) p) + 1e-7)",
       .arguments = {{"alpha", 0.5, non_negative, "weight of truth that is missed"},
                     {"beta", 0.5, non_negative, "weight of what is predicted in vain"},
                     kAxis},
       .per_sample = tversky},
  };
}

}  // namespace lepton::nn
