// Workloads: what `lepton bench` repeats and times. Their sizes are those of the peers' scripts in bench/peers.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "lepton/runtime/profile.hpp"

namespace lepton::bench {

/// Something that can be repeated.
struct Workload {
  std::string name;
  std::int64_t samples = 1;                            // of one step
  std::function<double()> step;                        // returns the loss, or 0
  std::function<void(runtime::Profile*)> set_profile;  // times every operator from now on, until it is null
};

/// One row of the table.
struct WorkloadDef {
  std::string_view name;
  std::string_view summary;
  Workload (*make)(std::string_view name);
};

std::span<const WorkloadDef> all_workloads();
/// Throws kNotFound, naming the nearest.
const WorkloadDef& get_workload(std::string_view name);

/// Inference of a model file (ONNX, TensorFlow Lite) on seeded random inputs; free sizes of axis 0 become `batch`.
/// Errors:  those of reading; kUnsupported if another size is free or an input is not of numbers.
Workload file_workload(const std::string& path, std::int64_t batch);

}  // namespace lepton::bench
