// Adagrad.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

UpdateResult update(const UpdateContext& c) {
  const Value sum = ops::add(c.slots[0], ops::square(c.gradient));
  const Value step = ops::div(ops::mul(c.gradient, c.learning_rate), ops::sqrt(plus(sum, c.number("epsilon"))));
  return {ops::sub(c.weight, step), {sum}};
}

}  // namespace

std::vector<OptimizerDef> adagrad_optimizers() {
  return {{
      .name = "adagrad",
      .summary = "Step sizes that shrink with the sum of squared gradients.",
      .formula = "s = s + g²; w = w - lr g / sqrt(s + ε)",
      .source = "Duchi et al. 2011",
      .arguments = {{"initial_accumulator_value", 0.1, non_negative, "first value of the sum"},
                    {"epsilon", 1e-7, positive, "keeps the division finite"}},
      .slots =
          [](const Attributes& a) {
            return std::vector<SlotDef>{{"sum", a.number("initial_accumulator_value")}};
          },
      .update = update,
  }};
}

Optimizer Adagrad(const AdagradOptions& o) {
  return make("adagrad", o.learning_rate, o.common, {{"initial_accumulator_value", o.initial_accumulator_value}, {"epsilon", o.epsilon}});
}

}  // namespace lepton::optim
