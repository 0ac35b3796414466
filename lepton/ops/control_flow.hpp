// Operators that own graphs.
#pragma once

#include <functional>

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

/// What a step of a scan sees and gives. `slices` are the elements of the sequences at this step.
struct ScanStep {
  std::vector<Value> states;
  std::vector<Value> slices;    // in: of the sequences; out: what is stacked
  std::vector<Value> captured;  // in only
};

struct ScanOptions {
  bool reverse = false;      // from the last step to the first; results stay in the order of the sequences
  std::int64_t length = -1;  // number of steps; needed only without sequences
};

struct ScanResult {
  std::vector<Value> states;   // after the last step
  std::vector<Value> outputs;  // stacked along a new first axis
};

/// Runs a step for each element of the sequences along their first axis; states pass from step to step and keep their types.
///
/// All that a step uses comes as an argument: `captured` are values that are the same in every step.
/// Shapes:  sequences: [T, …]; the step sees […]; outputs: [T, …].
/// Errors:  kShapeMismatch if sequences differ in length or a state changes its type.
ScanResult scan(const std::vector<Value>& initial, const std::vector<Value>& sequences, const std::vector<Value>& captured,
                const std::function<ScanStep(const ScanStep&)>& step, const ScanOptions& options = {});

}  // namespace lepton::ops
