// Adam and AdamW.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

UpdateResult update(const UpdateContext& c) {
  const Value &w = c.weight, &g = c.gradient, &m = c.slots[0], &v = c.slots[1];
  const double b1 = c.number("beta_1"), b2 = c.number("beta_2");
  const Value one = ops::constant_like(c.step, 1);
  const Value power1 = ops::pow(ops::constant_like(c.step, b1), c.step), power2 = ops::pow(ops::constant_like(c.step, b2), c.step);
  const Value alpha = ops::div(ops::mul(c.learning_rate, ops::sqrt(ops::sub(one, power2))), ops::sub(one, power1));
  const Value m2 = ops::add(m, times(ops::sub(g, m), 1 - b1));
  const Value v2 = ops::add(v, times(ops::sub(ops::square(g), v), 1 - b2));
  std::vector<Value> slots = {m2, v2};
  Value scale = v2;
  if (c.flag("amsgrad")) {
    scale = ops::maximum(c.slots[2], v2);
    slots.push_back(scale);
  }
  return {ops::sub(w, ops::div(ops::mul(m2, alpha), plus(ops::sqrt(scale), c.number("epsilon")))), std::move(slots)};
}

std::vector<SlotDef> slots(const Attributes& a) {
  std::vector<SlotDef> all = {{"m"}, {"v"}};
  if (a.flag("amsgrad")) all.push_back({"v_max"});
  return all;
}

OptimizerDef declare(std::string_view name, std::string_view summary, std::string_view source, double weight_decay) {
  return {
      .name = name,
      .summary = summary,
      .formula = "m = β1 m + (1 - β1) g; v = β2 v + (1 - β2) g²; w = w - lr sqrt(1 - β2^t) / (1 - β1^t) m / (sqrt(v) + ε)",
      .source = source,
      .arguments = {{"beta_1", 0.9, probability, "decay of the first moment"},
                    {"beta_2", 0.999, probability, "decay of the second moment"},
                    {"epsilon", 1e-7, positive, "keeps the division finite"},
                    {"amsgrad", false, any_value, "divide by the largest second moment so far (Reddi et al. 2018)"}},
      .default_weight_decay = weight_decay,
      .slots = slots,
      .update = update,
  };
}

}  // namespace

std::vector<OptimizerDef> adam_optimizers() {
  return {declare("adam", "Adaptive moments.", "Kingma & Ba 2015", 0),
          declare("adamw", "Adam with decoupled weight decay.", "Loshchilov & Hutter 2019", 0.004)};
}

Optimizer Adam(const AdamOptions& o) {
  return make("adam", o.learning_rate, o.common,
              {{"beta_1", o.beta_1}, {"beta_2", o.beta_2}, {"epsilon", o.epsilon}, {"amsgrad", o.amsgrad}});
}
Optimizer AdamW(const AdamOptions& o) {
  return make("adamw", o.learning_rate, o.common,
              {{"beta_1", o.beta_1}, {"beta_2", o.beta_2}, {"epsilon", o.epsilon}, {"amsgrad", o.amsgrad}});
}

}  // namespace lepton::optim
