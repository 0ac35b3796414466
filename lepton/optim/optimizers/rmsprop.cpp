// RMSprop, plain, centred and with momentum.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

UpdateResult update(const UpdateContext& c) {
  const double rho = c.number("rho"), momentum = c.number("momentum");
  const Value& g = c.gradient;
  const Value velocity = ops::add(times(c.slots[0], rho), times(ops::square(g), 1 - rho));
  std::vector<Value> slots = {velocity};
  Value denominator = velocity;
  if (c.flag("centered")) {
    const Value average = ops::add(times(c.slots[1], rho), times(g, 1 - rho));
    slots.push_back(average);
    denominator = ops::sub(velocity, ops::square(average));
  }
  Value step = ops::div(ops::mul(g, c.learning_rate), ops::sqrt(plus(denominator, c.number("epsilon"))));
  if (momentum > 0) {
    step = ops::add(times(c.slots.back(), momentum), step);
    slots.push_back(step);
  }
  return {ops::sub(c.weight, step), std::move(slots)};
}

std::vector<SlotDef> slots(const Attributes& a) {
  std::vector<SlotDef> all = {{"velocity"}};
  if (a.flag("centered")) all.push_back({"average_gradient"});
  if (a.number("momentum") > 0) all.push_back({"momentum"});
  return all;
}

}  // namespace

std::vector<OptimizerDef> rmsprop_optimizers() {
  return {{
      .name = "rmsprop",
      .summary = "Divides by a running root mean square of the gradient.",
      .formula = "v = ρ v + (1 - ρ) g²; w = w - lr g / sqrt(v + ε)",
      .source = "Tieleman & Hinton 2012, lecture 6.5",
      .arguments = {{"rho", 0.9, probability, "decay of the mean square"},
                    {"momentum", 0.0, probability, "share of the last step that is kept"},
                    {"epsilon", 1e-7, positive, "keeps the division finite"},
                    {"centered", false, any_value, "divide by the variance instead of the mean square"}},
      .slots = slots,
      .update = update,
  }};
}

Optimizer RMSprop(const RMSpropOptions& o) {
  return make("rmsprop", o.learning_rate, o.common,
              {{"rho", o.rho}, {"momentum", o.momentum}, {"epsilon", o.epsilon}, {"centered", o.centered}});
}

}  // namespace lepton::optim
