// From option structs to a spec.
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {

Optimizer make(std::string_view name, const LearningRate& learning_rate, const CommonOptions& common, Attributes own) {
  own.set("learning_rate", learning_rate.initial());
  if (!learning_rate.schedule().empty()) own.set("schedule", learning_rate.schedule());
  if (common.weight_decay >= 0) own.set("weight_decay", common.weight_decay);
  if (common.clipnorm > 0) own.set("clipnorm", common.clipnorm);
  if (common.clipvalue > 0) own.set("clipvalue", common.clipvalue);
  if (common.global_clipnorm > 0) own.set("global_clipnorm", common.global_clipnorm);
  if (common.use_ema) {
    own.set("use_ema", true);
    own.set("ema_momentum", common.ema_momentum);
    own.set("ema_overwrite_frequency", common.ema_overwrite_frequency);
  }
  if (common.gradient_accumulation_steps > 1) own.set("gradient_accumulation_steps", common.gradient_accumulation_steps);
  return Optimizer(Spec(std::string(name), std::move(own)));
}

Optimizer make(std::string_view name, const MomentOptions& o) {
  return make(name, o.learning_rate, o.common, {{"beta_1", o.beta_1}, {"beta_2", o.beta_2}, {"epsilon", o.epsilon}});
}

std::vector<AttributeDef> moment_arguments() {
  return {{"beta_1", 0.9, probability, "decay of the first moment"},
          {"beta_2", 0.999, probability, "decay of the second moment"},
          {"epsilon", 1e-7, positive, "keeps the division finite"}};
}

}  // namespace lepton::optim
