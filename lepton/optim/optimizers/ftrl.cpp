// FTRL-proximal, for sparse linear models.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

const Constraint kNotPositive = {"must not be positive", [](const Attribute& a) {
                                   const auto* number = std::get_if<double>(&a.value());
                                   return number != nullptr && *number <= 0;
                                 }};

UpdateResult update(const UpdateContext& c) {
  const double power = -c.number("learning_rate_power"), l1 = c.number("l1_regularization_strength");
  const Value &accumulator = c.slots[0], &linear = c.slots[1];
  const auto raised = [&](const Value& x) { return ops::pow(x, ops::constant_like(x, power)); };
  const Value gradient = ops::add(c.gradient, times(c.weight, 2 * c.number("l2_shrinkage_regularization_strength")));
  const Value sum = ops::add(accumulator, ops::square(c.gradient));
  const Value sigma = ops::div(ops::sub(raised(sum), raised(accumulator)), c.learning_rate);
  const Value moved = ops::add(linear, ops::sub(gradient, ops::mul(sigma, c.weight)));
  const Value curvature = ops::add(ops::div(plus(raised(sum), c.number("beta")), c.learning_rate),
                                   ops::constant_like(sum, 2 * c.number("l2_regularization_strength")));
  const Value clipped = ops::minimum(ops::maximum(moved, ops::constant_like(moved, -l1)), ops::constant_like(moved, l1));
  return {ops::div(ops::sub(clipped, moved), curvature), {sum, moved}};
}

}  // namespace

std::vector<OptimizerDef> ftrl_optimizers() {
  return {{
      .name = "ftrl",
      .summary = "Follow the regularised leader: weights of rare features stay exactly 0.",
      .formula =
          "n' = n + g²; z = z + g - (n'^p - n^p) / lr w; w = (clip(z, ±l1) - z) / ((n'^p + β) / lr + 2 l2), p = -learning_rate_power",
      .source = "McMahan et al. 2013",
      .arguments = {{"learning_rate_power", -0.5, kNotPositive, "0: a fixed learning rate"},
                    {"initial_accumulator_value", 0.1, non_negative, "first value of n"},
                    {"l1_regularization_strength", 0.0, non_negative, ""},
                    {"l2_regularization_strength", 0.0, non_negative, ""},
                    {"l2_shrinkage_regularization_strength", 0.0, non_negative, "a penalty on the size of weights, not of steps"},
                    {"beta", 0.0, any_value, "of the paper"}},
      .slots =
          [](const Attributes& a) {
            return std::vector<SlotDef>{{"accumulator", a.number("initial_accumulator_value")}, {"linear"}};
          },
      .update = update,
  }};
}

Optimizer Ftrl(const FtrlOptions& o) {
  return make("ftrl", o.learning_rate, o.common,
              {{"learning_rate_power", o.learning_rate_power},
               {"initial_accumulator_value", o.initial_accumulator_value},
               {"l1_regularization_strength", o.l1_regularization_strength},
               {"l2_regularization_strength", o.l2_regularization_strength},
               {"l2_shrinkage_regularization_strength", o.l2_shrinkage_regularization_strength},
               {"beta", o.beta}});
}

}  // namespace lepton::optim
