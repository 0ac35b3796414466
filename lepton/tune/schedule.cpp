// Whole numbers all the way, so that every machine has the same rungs.
#include "lepton/tune/schedule.hpp"

#include <algorithm>

namespace lepton::tune {

std::vector<std::int64_t> halving_rungs(std::int64_t epochs, std::int64_t reduction, std::int64_t trials) {
  constexpr std::size_t kMaxRungs = 5;
  std::vector<std::int64_t> rungs = {epochs};
  for (std::int64_t left = trials; rungs.size() < kMaxRungs; left /= reduction) {
    const std::int64_t fewer = (rungs.back() + reduction - 1) / reduction;
    if (fewer == rungs.back() || rungs.back() < reduction || (trials > 0 && left < reduction)) break;
    rungs.push_back(fewer);
  }
  std::ranges::reverse(rungs);
  return rungs;
}

std::int64_t halving_survivors(std::int64_t count, std::int64_t reduction) { return std::max<std::int64_t>(1, count / reduction); }

}  // namespace lepton::tune
