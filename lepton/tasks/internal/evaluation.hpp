// What the evaluations of all tasks share: opening a part of the data, what a run left, where the page goes.
#pragma once

#include <string>

#include "lepton/data/split.hpp"

namespace lepton::tasks {

/// Notes an opening of `rows` by a run if `part` is "test" and returns how often they were opened by now; 0 for other parts.
std::int64_t open_part(const std::string& part, const data::Dataset& dataset, std::span<const std::int64_t> rows,
                       const std::string& run_folder);

/// The split that a run wrote down.
data::Split read_split(const std::string& run_folder, const data::Dataset& dataset);
/// TaskDef::inputs for a run's data.
std::vector<Tensor> first_inputs(const data::Dataset& dataset, const std::string& run_folder, const std::string& part,
                                 std::int64_t at_most);
/// The learning curves of a run as SVG; "" if there are none.
std::string read_curves(const std::string& run_folder);
/// Where the page of a part is written.
std::string report_path(const std::string& run_folder, const std::string& part);

/// Labels with their probabilities, best first.
std::vector<std::pair<std::string, double>> ranked(std::span<const std::string> labels, std::span<const double> probabilities);

}  // namespace lepton::tasks
