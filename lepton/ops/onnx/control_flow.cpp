// Branches and loops. A branch is chosen, and a loop is unrolled, when the model is read: what decides them must be known then.
#include <algorithm>

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

constexpr std::int64_t kMaxPasses = 100'000;

OnnxResults read_if(OnnxNodeReader& node) {
  const bool yes = node.tensor(std::size_t{0}).item() != 0;
  return node.subgraph(yes ? "then_branch" : "else_branch", {}, 0);
}

Value stacked(OnnxNodeReader& node, const std::vector<OnnxOperand>& parts, std::int64_t axis) {
  std::vector<Value> values;
  for (const OnnxOperand& part : parts) values.push_back(node.value(part));
  return stack(values, axis);
}

OnnxResults read_loop(OnnxNodeReader& node) {
  const std::int64_t most = node.has(0) ? onnx_integer(node.tensor(std::size_t{0})) : kMaxPasses + 1;
  std::vector<OnnxOperand> carried;
  for (std::size_t i = 2; i < node.num_inputs(); ++i) carried.push_back(node.operand(i));
  bool go_on = !node.has(1) || node.tensor(1).item() != 0;
  std::vector<std::vector<OnnxOperand>> collected(node.num_outputs() - std::min(node.num_outputs(), carried.size()));
  for (std::int64_t pass = 0; pass < most && go_on; ++pass) {
    if (pass >= kMaxPasses) fail(ErrorCode::kResourceExhausted, "the loop goes on after {} passes", kMaxPasses);
    std::vector<OnnxOperand> inputs = {Tensor::from<std::int64_t>({pass}, Shape{}), Tensor::full(DType::kBool, Shape{}, 1)};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    const std::vector<OnnxOperand> made = node.subgraph("body", inputs, pass);
    if (made.size() < 1 + carried.size())
      fail(ErrorCode::kInvalidArgument, "the body has {} outputs for {} values", made.size(), carried.size());
    go_on = node.tensor(made[0]).item() != 0;
    for (std::size_t i = 0; i < carried.size(); ++i) carried[i] = made[1 + i];
    for (std::size_t i = 0; i < collected.size(); ++i) collected[i].push_back(made.at(1 + carried.size() + i));
  }
  OnnxResults results = carried;
  for (const std::vector<OnnxOperand>& parts : collected) {
    if (parts.empty()) fail(ErrorCode::kUnsupported, "a loop without a pass that collects values");
    results.push_back(stacked(node, parts, 0));
  }
  return results;
}

// Opset 8: lengths of the sequences, then states and sequences with the samples of a batch along their first axis.
OnnxResults read_scan_of_batch(OnnxNodeReader& node) {
  if (node.has(0)) fail(ErrorCode::kUnsupported, "sequences of different lengths are not supported");
  const auto sequences = static_cast<std::size_t>(node.integer("num_scan_inputs", 0));
  if (sequences < 1 || sequences >= node.num_inputs()) fail(ErrorCode::kInvalidArgument, "{} sequences", sequences);
  const std::size_t states = node.num_inputs() - 1 - sequences;
  if (states > node.num_outputs()) fail(ErrorCode::kInvalidArgument, "{} states for {} outputs", states, node.num_outputs());
  const Dims backwards = node.integers("directions", Dims(sequences, 0));
  const Shape shape = node.type(1 + states).shape;
  if (shape.rank() < 2 || backwards.size() != sequences) fail(ErrorCode::kShapeMismatch, "a batch of sequences is wanted, not {}", shape);
  const std::int64_t samples = shape[0], length = shape[1];
  if (samples * length > kMaxPasses || samples < 1 || length < 1)
    fail(ErrorCode::kResourceExhausted, "{} sequences of {}", samples, length);
  const auto element = [](const Value& x, std::int64_t at) {
    return squeeze(slice(x, {.starts = {at}, .ends = {at + 1}, .axes = {0}}), {0});
  };
  std::vector<std::vector<OnnxOperand>> all(node.num_outputs());
  for (std::int64_t sample = 0; sample < samples; ++sample) {
    std::vector<OnnxOperand> carried;
    for (std::size_t i = 0; i < states; ++i) carried.emplace_back(element(node.value(1 + i), sample));
    std::vector<std::vector<OnnxOperand>> collected(node.num_outputs() - states);
    for (std::int64_t pass = 0; pass < length; ++pass) {
      std::vector<OnnxOperand> inputs = carried;
      for (std::size_t i = 0; i < sequences; ++i)
        inputs.emplace_back(element(element(node.value(1 + states + i), sample), backwards[i] != 0 ? length - 1 - pass : pass));
      const std::vector<OnnxOperand> made = node.subgraph("body", inputs, sample * length + pass);
      for (std::size_t i = 0; i < states; ++i) carried[i] = made.at(i);
      for (std::size_t i = 0; i < collected.size(); ++i) collected[i].push_back(made.at(states + i));
    }
    for (std::size_t i = 0; i < states; ++i) all[i].push_back(carried[i]);
    for (std::size_t i = 0; i < collected.size(); ++i) all[states + i].emplace_back(stacked(node, collected[i], 0));
  }
  OnnxResults results;
  for (const std::vector<OnnxOperand>& parts : all) results.emplace_back(stacked(node, parts, 0));
  return results;
}

// States first, then sequences, of which each pass gets an element along an axis.
OnnxResults read_scan(OnnxNodeReader& node) {
  const auto sequences = static_cast<std::size_t>(node.integer("num_scan_inputs", 0)), states = node.num_inputs() - sequences;
  if (sequences > node.num_inputs() || states > node.num_outputs())
    fail(ErrorCode::kInvalidArgument, "{} sequences among {} inputs, {} outputs", sequences, node.num_inputs(), node.num_outputs());
  const std::size_t outputs = node.num_outputs() - states;
  const Dims axes = node.integers("scan_input_axes", Dims(sequences, 0)),
             backwards = node.integers("scan_input_directions", Dims(sequences, 0));
  const Dims out_axes = node.integers("scan_output_axes", Dims(outputs, 0)),
             out_backwards = node.integers("scan_output_directions", Dims(outputs, 0));
  if (axes.size() != sequences || backwards.size() != sequences || out_axes.size() != outputs || out_backwards.size() != outputs)
    fail(ErrorCode::kInvalidArgument, "axes or directions do not fit {} sequences and {} outputs", sequences, outputs);
  std::vector<OnnxOperand> carried;
  for (std::size_t i = 0; i < states; ++i) carried.push_back(node.operand(i));
  std::vector<std::vector<OnnxOperand>> collected(outputs);
  const auto axis_of = [&](std::size_t i) { return onnx_axis(axes[i], node.type(states + i).shape.rank()); };
  const std::int64_t length = sequences == 0 ? 0 : node.type(states).shape[static_cast<int>(axis_of(0))];
  if (length > kMaxPasses) fail(ErrorCode::kResourceExhausted, "sequences of {} elements", length);
  for (std::int64_t pass = 0; pass < length; ++pass) {
    std::vector<OnnxOperand> inputs = carried;
    for (std::size_t i = 0; i < sequences; ++i) {
      const std::int64_t at = backwards[i] != 0 ? length - 1 - pass : pass;
      const Value element = slice(node.value(states + i), {.starts = {at}, .ends = {at + 1}, .axes = {axis_of(i)}});
      inputs.emplace_back(squeeze(element, {axis_of(i)}));
    }
    const std::vector<OnnxOperand> made = node.subgraph("body", inputs, pass);
    for (std::size_t i = 0; i < states; ++i) carried[i] = made.at(i);
    for (std::size_t i = 0; i < outputs; ++i) collected[i].push_back(made.at(states + i));
  }
  OnnxResults results = carried;
  for (std::size_t i = 0; i < outputs; ++i) {
    if (out_backwards[i] != 0) std::ranges::reverse(collected[i]);
    results.emplace_back(stacked(node, collected[i], out_axes[i]));
  }
  return results;
}

}  // namespace

std::span<const OnnxOperator> onnx_control_flow() {
  static const OnnxOperator rows[] = {{"If", read_if, 1, kStored},
                                      {"Loop", read_loop, 1, kStored},
                                      {"Scan", read_scan_of_batch, 8, kStored},
                                      {"Scan", read_scan, 9, kStored}};
  return rows;
}

}  // namespace lepton::ops
