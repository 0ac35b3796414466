// What a packaged model costs on this machine.
#pragma once

#include <string>

#include "lepton/base/error.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::tune {

struct Cost {
  double latency_ms = 0;  // of one sample, the median of many
  std::int64_t size_bytes = 0, parameters = 0;
};

/// Measures the model of a run with a validation sample, for a quarter of a second after warming up. Latency is 0 if the task gives no
/// inputs. Errors:  those of reading the run and its data.
Result<Cost> measure_cost(const tasks::TaskDef& task, const std::string& run_folder);

}  // namespace lepton::tune
