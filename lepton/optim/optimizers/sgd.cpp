// Stochastic gradient descent, with momentum and Nesterov's variant.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

UpdateResult update(const UpdateContext& c) {
  const Value step = ops::mul(c.gradient, c.learning_rate);
  const double momentum = c.number("momentum");
  if (momentum == 0) return {ops::sub(c.weight, step), {}};
  const Value m = ops::sub(times(c.slots[0], momentum), step);
  if (c.flag("nesterov")) return {ops::sub(ops::add(c.weight, times(m, momentum)), step), {m}};
  return {ops::add(c.weight, m), {m}};
}

}  // namespace

std::vector<OptimizerDef> sgd_optimizers() {
  return {{
      .name = "sgd",
      .summary = "Stochastic gradient descent, optionally with (Nesterov) momentum.",
      .formula = "m = μ m - lr g; w = w + m (Nesterov: w = w + μ m - lr g)",
      .source = "Sutskever et al. 2013",
      .arguments = {{"momentum", 0.0, probability, "share of the last step that is kept"}, {"nesterov", false, any_value, "look ahead"}},
      .default_learning_rate = 0.01,
      .slots = [](const Attributes& a) { return a.number("momentum") == 0 ? std::vector<SlotDef>{} : std::vector<SlotDef>{{"momentum"}}; },
      .update = update,
  }};
}

Optimizer SGD(const SGDOptions& o) { return make("sgd", o.learning_rate, o.common, {{"momentum", o.momentum}, {"nesterov", o.nesterov}}); }

}  // namespace lepton::optim
