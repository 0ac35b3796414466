// The rungs of successive halving: how many epochs a trial gets, and how many trials go on.
#pragma once

#include <cstdint>
#include <vector>

namespace lepton::tune {

/// The epochs of each rung, the last of them `epochs`; each has `reduction` times those of the one before. There are as many rungs as
/// epochs and trials (0: unknown) allow, five at most. Source:  Jamieson & Talwalkar 2016, "Non-stochastic Best Arm Identification and
/// Hyperparameter Optimization".
std::vector<std::int64_t> halving_rungs(std::int64_t epochs, std::int64_t reduction, std::int64_t trials);

/// How many of `count` trials go on to the next rung: one at least.
std::int64_t halving_survivors(std::int64_t count, std::int64_t reduction);

}  // namespace lepton::tune
