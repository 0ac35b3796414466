// How the operands and results of scan are ordered, and how a region for it is built.
#pragma once

#include <functional>
#include <span>

#include "lepton/graph/builder.hpp"
#include "lepton/ops/control_flow.hpp"

namespace lepton::ops {

/// A list of operands, parted: [states…, sequences…, captured…].
template <class T>
struct ScanParts {
  std::span<const T> states, sequences, captured;

  ScanParts(std::span<const T> all, const Attributes& attributes) {
    const auto num_states = static_cast<std::size_t>(attributes.integer("num_states"));
    const auto num_sequences = static_cast<std::size_t>(attributes.integer("num_sequences"));
    LEPTON_ASSERT(num_states + num_sequences <= all.size(), "scan: fewer operands than its attributes say");
    states = all.first(num_states);
    sequences = all.subspan(num_states, num_sequences);
    captured = all.subspan(num_states + num_sequences);
  }
};

/// The type of one element of a sequence.
TensorType slice_type(const TensorType& sequence);

/// Appends a scan whose region `step` builds; the last results are the states before each step, stacked, one for each state.
std::vector<Value> add_scan(const std::vector<Value>& states, const std::vector<Value>& sequences, const std::vector<Value>& captured,
                            const std::function<ScanStep(graph::GraphBuilder&, const ScanStep&)>& step, const ScanOptions& options);

}  // namespace lepton::ops
