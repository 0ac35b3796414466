// Building scans.
#include "lepton/ops/internal/scan_parts.hpp"

namespace lepton::ops {
namespace {

TensorType type_of(const Value& value) { return {value.dtype(), value.shape()}; }

// The graph of one step.
Region build_step(const std::vector<Value>& states, const std::vector<Value>& sequences, const std::vector<Value>& captured,
                  const std::function<ScanStep(graph::GraphBuilder&, const ScanStep&)>& step) {
  graph::GraphBuilder builder("step");
  ScanStep in;
  for (const Value& v : states) in.states.push_back(builder.input(fmt::format("state{}", in.states.size()), type_of(v)));
  for (const Value& v : sequences) in.slices.push_back(builder.input(fmt::format("slice{}", in.slices.size()), slice_type(type_of(v))));
  for (const Value& v : captured) in.captured.push_back(builder.input(fmt::format("captured{}", in.captured.size()), type_of(v)));
  const ScanStep out = step(builder, in);
  if (out.states.size() != states.size())
    fail(ErrorCode::kInvalidArgument, "scan: a step must give its {} states, it gives {}", states.size(), out.states.size());
  for (std::size_t i = 0; i < out.states.size(); ++i) builder.output(fmt::format("state{}", i), out.states[i]);
  for (std::size_t i = 0; i < out.slices.size(); ++i) builder.output(fmt::format("slice{}", i), out.slices[i]);
  return std::make_shared<const graph::Graph>(std::move(builder).finish());
}

}  // namespace

TensorType slice_type(const TensorType& sequence) {
  if (sequence.shape.rank() == 0) fail(ErrorCode::kShapeMismatch, "scan: a sequence needs at least one axis");
  return {sequence.dtype, Shape(Dims(sequence.shape.begin() + 1, sequence.shape.end()))};
}

std::vector<Value> add_scan(const std::vector<Value>& states, const std::vector<Value>& sequences, const std::vector<Value>& captured,
                            const std::function<ScanStep(graph::GraphBuilder&, const ScanStep&)>& step, const ScanOptions& options) {
  std::vector<Value> operands = states;
  operands.insert(operands.end(), sequences.begin(), sequences.end());
  operands.insert(operands.end(), captured.begin(), captured.end());
  const Attributes attributes = {{"num_states", static_cast<std::int64_t>(states.size())},
                                 {"num_sequences", static_cast<std::int64_t>(sequences.size())},
                                 {"length", options.length},
                                 {"reverse", options.reverse},
                                 {"keep_states", true}};
  return call_all<Value>("scan", operands, attributes, {build_step(states, sequences, captured, step)});
}

ScanResult scan(const std::vector<Value>& initial, const std::vector<Value>& sequences, const std::vector<Value>& captured,
                const std::function<ScanStep(const ScanStep&)>& step, const ScanOptions& options) {
  const std::vector<Value> results = add_scan(
      initial, sequences, captured, [&](graph::GraphBuilder&, const ScanStep& in) { return step(in); }, options);
  const auto states = static_cast<std::ptrdiff_t>(initial.size());
  return {{results.begin(), results.begin() + states}, {results.begin() + states, results.end() - states}};
}

}  // namespace lepton::ops
