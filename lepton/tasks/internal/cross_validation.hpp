// Settings by which a run takes part in a cross-validation, for the tasks that can.
#pragma once

#include "lepton/data/split.hpp"
#include "lepton/op/attribute_def.hpp"

namespace lepton::tasks {

/// `split_seed`, `folds` and `fold`, then `own`.
std::vector<AttributeDef> with_fold_settings(std::vector<AttributeDef> own);

/// The seed of the split: `split_seed`, or `seed` if that is negative.
std::uint64_t split_seed_of(const Attributes& settings);

/// The fold that the settings ask for; `folds` is 0 if they ask for none.
data::FoldChoice fold_choice_of(const Attributes& settings);

}  // namespace lepton::tasks
