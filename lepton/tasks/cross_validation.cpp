// One seed for the split and another for the training: runs that differ in the second have one test set.
#include "lepton/tasks/internal/cross_validation.hpp"

namespace lepton::tasks {

std::vector<AttributeDef> with_fold_settings(std::vector<AttributeDef> own) {
  std::vector<AttributeDef> all = {
      {"split_seed", -1, any_value, "seed of the split alone; -1: as `seed`"},
      {"folds", 0, non_negative, "cross-validation: the samples outside the test are cut into so many folds, one validates; 0: none"},
      {"fold", 0, non_negative, "which of the folds validates, from 0"}};
  for (AttributeDef& setting : own) all.push_back(std::move(setting));
  return all;
}

std::uint64_t split_seed_of(const Attributes& settings) {
  const std::int64_t own = settings.integer("split_seed");
  return static_cast<std::uint64_t>(own < 0 ? settings.integer("seed") : own);
}

data::FoldChoice fold_choice_of(const Attributes& settings) {
  return {.folds = settings.integer("folds"), .fold = settings.integer("fold"), .seed = split_seed_of(settings)};
}

}  // namespace lepton::tasks
