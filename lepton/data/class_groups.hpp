// Coarser classes: good and defective of six kinds, say.
#pragma once

#include <span>
#include <string>

#include "lepton/data/dataset.hpp"

namespace lepton::data {

/// The samples of `dataset` under new classes, each written "name:class+class+…"; "name:*" takes all classes that are not named. The order
/// of `groups` is the order of the new classes. No groups: the dataset itself.
///
/// Errors:  kInvalidArgument for other texts, fewer than two groups, or a class in two groups or in none; kNotFound, with the nearest name,
///          for an unknown class; kUnsupported if the target is no class.
Result<DatasetHandle> group_classes(DatasetHandle dataset, std::span<const std::string> groups);

}  // namespace lepton::data
