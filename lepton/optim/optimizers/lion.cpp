// Lion: the sign of an interpolated momentum.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

UpdateResult update(const UpdateContext& c) {
  const auto mix = [&](double beta) { return ops::add(times(c.slots[0], beta), times(c.gradient, 1 - beta)); };
  const Value direction = ops::sign(mix(c.number("beta_1")));
  return {ops::sub(c.weight, ops::mul(direction, c.learning_rate)), {mix(c.number("beta_2"))}};
}

}  // namespace

std::vector<OptimizerDef> lion_optimizers() {
  return {{
      .name = "lion",
      .summary = "Steps of one size in the direction of the sign of the momentum.",
      .formula = "w = w - lr sign(β1 m + (1 - β1) g); m = β2 m + (1 - β2) g",
      .source = "Chen et al. 2023",
      .arguments = {{"beta_1", 0.9, probability, "share of the momentum in the direction"},
                    {"beta_2", 0.99, probability, "decay of the momentum"}},
      .slots = [](const Attributes&) { return std::vector<SlotDef>{{"momentum"}}; },
      .update = update,
  }};
}

Optimizer Lion(const LionOptions& o) { return make("lion", o.learning_rate, o.common, {{"beta_1", o.beta_1}, {"beta_2", o.beta_2}}); }

}  // namespace lepton::optim
