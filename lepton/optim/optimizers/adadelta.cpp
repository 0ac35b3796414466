// Adadelta.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

UpdateResult update(const UpdateContext& c) {
  const double rho = c.number("rho"), epsilon = c.number("epsilon");
  const auto average = [&](const Value& old, const Value& x) { return ops::add(times(old, rho), times(ops::square(x), 1 - rho)); };
  const auto root = [&](const Value& x) { return ops::sqrt(plus(x, epsilon)); };
  const Value squares = average(c.slots[0], c.gradient);
  const Value step = ops::div(ops::mul(root(c.slots[1]), c.gradient), root(squares));
  return {ops::sub(c.weight, ops::mul(step, c.learning_rate)), {squares, average(c.slots[1], step)}};
}

}  // namespace

std::vector<OptimizerDef> adadelta_optimizers() {
  return {{
      .name = "adadelta",
      .summary = "Step sizes from running averages of squared gradients and squared steps.",
      .formula = "s = ρ s + (1 - ρ) g²; d = g sqrt(a + ε) / sqrt(s + ε); a = ρ a + (1 - ρ) d²; w = w - lr d",
      .source = "Zeiler 2012",
      .arguments = {{"rho", 0.95, probability, "decay of both averages"}, {"epsilon", 1e-7, positive, "keeps the division finite"}},
      .slots =
          [](const Attributes&) {
            return std::vector<SlotDef>{{"accumulated_grad"}, {"accumulated_delta_var"}};
          },
      .update = update,
  }};
}

Optimizer Adadelta(const AdadeltaOptions& o) {
  return make("adadelta", o.learning_rate, o.common, {{"rho", o.rho}, {"epsilon", o.epsilon}});
}

}  // namespace lepton::optim
