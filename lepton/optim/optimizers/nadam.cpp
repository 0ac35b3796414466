// Nadam: Adam with Nesterov's look ahead.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

UpdateResult update(const UpdateContext& c) {
  const double b1 = c.number("beta_1"), b2 = c.number("beta_2");
  const Value one = ops::constant_like(c.step, 1);
  // Momentum grows from β1/2 to β1 with the steps.
  const auto momentum_at = [&](const Value& step) {
    return times(ops::sub(one, times(ops::pow(ops::constant_like(step, 0.96), step), 0.5)), b1);
  };
  const Value now = momentum_at(c.step), next = momentum_at(plus(c.step, 1));
  const Value product = ops::mul(c.slots[2], now), next_product = ops::mul(product, next);
  const Value m = ops::add(c.slots[0], times(ops::sub(c.gradient, c.slots[0]), 1 - b1));
  const Value v = ops::add(c.slots[1], times(ops::sub(ops::square(c.gradient), c.slots[1]), 1 - b2));
  const Value ahead = ops::add(ops::mul(m, ops::div(next, ops::sub(one, next_product))),
                               ops::mul(c.gradient, ops::div(ops::sub(one, now), ops::sub(one, product))));
  const Value scale = ops::div(v, ops::sub(one, ops::pow(ops::constant_like(c.step, b2), c.step)));
  const Value step = ops::div(ops::mul(ahead, c.learning_rate), plus(ops::sqrt(scale), c.number("epsilon")));
  return {ops::sub(c.weight, step), {m, v, product}};
}

}  // namespace

std::vector<OptimizerDef> nadam_optimizers() {
  return {{
      .name = "nadam",
      .summary = "Adam with Nesterov momentum.",
      .formula = "u_t = β1 (1 - 0.96^t / 2); m, v as Adam; w = w - lr (u_{t+1} m / (1 - Π u_{1..t+1}) + (1 - u_t) g / (1 - Π u_{1..t})) / "
                 "(sqrt(v / (1 - β2^t)) + ε)",
      .source = "Dozat 2016",
      .arguments = moment_arguments(),
      .slots =
          [](const Attributes&) {
            return std::vector<SlotDef>{{"momentum"}, {"velocity"}, {"u_product", 1, [](const Dims&) { return Dims{}; }}};
          },
      .update = update,
  }};
}

Optimizer Nadam(const MomentOptions& o) { return make("nadam", o); }

}  // namespace lepton::optim
