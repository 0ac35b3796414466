// One inspector for each kind of data, and what they share.
#pragma once

#include <string>

#include "lepton/data/dataset.hpp"
#include "lepton/data/inspect/inspect.hpp"

namespace lepton::data {

Result<Inspection> inspect_class_folder(FileSystem& files, const std::string& path, const InspectOptions& options);
Result<Inspection> inspect_table(const Table& table, const InspectOptions& options);
Result<Inspection> inspect_arrays(const Dataset& dataset, const std::string& path, const InspectOptions& options);

void add_finding(Inspection& inspection, Finding::Severity severity, std::string what, std::string text);
/// Adds findings on the numbers of samples per class.
void judge_classes(Inspection& inspection);
/// Lists copies among the samples of `dataset` at `indices` and adds findings on conflicts and crossings.
Result<void> find_duplicates(const Dataset& dataset, std::span<const std::int64_t> indices, const LeakOptions& options,
                             Inspection& inspection);

}  // namespace lepton::data
