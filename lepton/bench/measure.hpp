// Timing of a workload: steps in turn for a while, then once more with every operator timed.
#pragma once

#include "lepton/bench/workload.hpp"

namespace lepton::bench {

struct MeasureOptions {
  double seconds = 3;          // at least so long, after the steps that warm up
  std::int64_t min_steps = 5;  // at least so many
  std::int64_t warm_up = 3;
};

struct Measurement {
  std::string name;
  std::int64_t steps = 0;
  double median_ms = 0, lowest_ms = 0, highest_ms = 0;  // of a step
  double first_ms = 0;                                  // the first step, with compilation
  double samples_per_second = 0;                        // by the median
  double loss = 0;                                      // of the last step
  double peak_mb = 0;                                   // of the process so far
  runtime::Profile profile;                             // of one step
};

/// Throws what the workload throws.
Measurement measure(const Workload& workload, const MeasureOptions& options = {});

}  // namespace lepton::bench
