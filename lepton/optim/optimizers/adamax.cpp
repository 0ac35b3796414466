// Adamax: Adam with the largest gradient instead of the second moment.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

UpdateResult update(const UpdateContext& c) {
  const double b1 = c.number("beta_1");
  const Value m = ops::add(c.slots[0], times(ops::sub(c.gradient, c.slots[0]), 1 - b1));
  const Value largest = ops::maximum(times(c.slots[1], c.number("beta_2")), ops::abs(c.gradient));
  const Value correction = ops::sub(ops::constant_like(c.step, 1), ops::pow(ops::constant_like(c.step, b1), c.step));
  const Value step = ops::div(ops::mul(m, c.learning_rate), ops::mul(plus(largest, c.number("epsilon")), correction));
  return {ops::sub(c.weight, step), {m, largest}};
}

}  // namespace

std::vector<OptimizerDef> adamax_optimizers() {
  return {{
      .name = "adamax",
      .summary = "Adam with the infinity norm.",
      .formula = "m = β1 m + (1 - β1) g; u = max(β2 u, |g|); w = w - lr / (1 - β1^t) m / (u + ε)",
      .source = "Kingma & Ba 2015, section 7.1",
      .arguments = moment_arguments(),
      .slots =
          [](const Attributes&) {
            return std::vector<SlotDef>{{"momentum"}, {"norm"}};
          },
      .update = update,
  }};
}

Optimizer Adamax(const MomentOptions& o) { return make("adamax", o); }

}  // namespace lepton::optim
