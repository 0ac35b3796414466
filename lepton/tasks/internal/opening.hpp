// Opening a part of the data for evaluation: the test set deliberately, and counted.
#pragma once

#include <string>

#include "lepton/data/dataset.hpp"

namespace lepton::tasks {

/// Notes an opening of `rows` by a run if `part` is "test" and returns how often they were opened by now; 0 for other parts.
std::int64_t open_part(const std::string& part, const data::Dataset& dataset, std::span<const std::int64_t> rows,
                       const std::string& run_folder);

}  // namespace lepton::tasks
