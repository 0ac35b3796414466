// LAMB: Adam with a step for each layer that is in proportion to its weights.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

Value norm(const Value& x) { return ops::sqrt(ops::sum(ops::square(x))); }

UpdateResult update(const UpdateContext& c) {
  const double b1 = c.number("beta_1"), b2 = c.number("beta_2");
  const Value one = ops::constant_like(c.step, 1), zero = ops::constant_like(c.step, 0);
  const auto corrected = [&](const Value& x, double beta) {
    return ops::div(x, ops::sub(one, ops::pow(ops::constant_like(c.step, beta), c.step)));
  };
  const Value m = ops::add(c.slots[0], times(ops::sub(c.gradient, c.slots[0]), 1 - b1));
  const Value v = ops::add(c.slots[1], times(ops::sub(ops::square(c.gradient), c.slots[1]), 1 - b2));
  const Value step = ops::div(corrected(m, b1), plus(ops::sqrt(corrected(v, b2)), c.number("epsilon")));
  const Value weight_norm = norm(c.weight), step_norm = norm(step);
  const Value both = ops::logical_and(ops::greater(weight_norm, zero), ops::greater(step_norm, zero));
  const Value ratio = ops::where(both, ops::div(weight_norm, ops::where(both, step_norm, one)), one);
  return {ops::sub(c.weight, ops::mul(step, ops::mul(ratio, c.learning_rate))), {m, v}};
}

}  // namespace

std::vector<OptimizerDef> lamb_optimizers() {
  return {{
      .name = "lamb",
      .summary = "Adam whose step is scaled to the norm of each weight, for large batches.",
      .formula = "u = m / (1 - β1^t) / (sqrt(v / (1 - β2^t)) + ε); w = w - lr |w| / |u| u",
      .source = "You et al. 2020",
      .arguments = moment_arguments(),
      .slots =
          [](const Attributes&) {
            return std::vector<SlotDef>{{"momentum"}, {"velocity"}};
          },
      .update = update,
  }};
}

Optimizer Lamb(const MomentOptions& o) { return make("lamb", o); }

}  // namespace lepton::optim
