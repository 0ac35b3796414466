// Statistics for normalising, one pass over the training rows, nothing kept in memory. The model's graph applies them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton::data {

/// Per channel (last axis of a feature).
struct ChannelStatistics {
  std::vector<double> mean;
  std::vector<double> standard_deviation;  ///< Of the population; 0 for a constant channel.
  std::vector<double> minimum;
  std::vector<double> maximum;
  std::int64_t count = 0;  ///< Values per channel.
};

/// Measures `feature` over the samples at `indices` (the training rows, and no others).
///
/// Errors:  those of loading; kDataCorrupt, naming the sample, for a value that is not finite; kInvalidArgument if `indices` is empty.
Result<ChannelStatistics> measure_channels(DatasetHandle dataset, std::span<const std::int64_t> indices, std::size_t feature = 0);

}  // namespace lepton::data
