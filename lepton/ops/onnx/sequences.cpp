// Sequences: lists of tensors whose length is known when the model is read. And gradients.
#include <algorithm>

#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

const std::vector<OnnxOperand>& parts_of(const OnnxNodeReader& node, std::size_t i) {
  if (node.operand(i).sequence == nullptr) fail(ErrorCode::kInvalidArgument, "input {} must be a sequence", i);
  return *node.operand(i).sequence;
}

// A place in the sequence; one past the end is allowed where something is put in.
std::size_t place(OnnxNodeReader& node, std::size_t i, std::size_t size, bool to_insert) {
  const auto count = static_cast<std::int64_t>(size), given = onnx_integer(node.tensor(i));
  const std::int64_t at = given < 0 ? given + count : given;
  if (at < 0 || at > count || (at == count && !to_insert)) fail(ErrorCode::kInvalidArgument, "place {} in a sequence of {}", given, size);
  return static_cast<std::size_t>(at);
}

OnnxResults read_empty(OnnxNodeReader&) { return {OnnxOperand::list({})}; }
OnnxResults read_construct(OnnxNodeReader& node) {
  std::vector<OnnxOperand> parts;
  for (std::size_t i = 0; i < node.num_inputs(); ++i) parts.push_back(node.operand(i));
  return {OnnxOperand::list(std::move(parts))};
}
OnnxResults read_insert(OnnxNodeReader& node) {
  std::vector<OnnxOperand> parts = parts_of(node, 0);
  const std::size_t at = node.has(2) ? place(node, 2, parts.size(), true) : parts.size();
  parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(at), node.operand(1));
  return {OnnxOperand::list(std::move(parts))};
}
OnnxResults read_erase(OnnxNodeReader& node) {
  std::vector<OnnxOperand> parts = parts_of(node, 0);
  if (parts.empty()) fail(ErrorCode::kInvalidArgument, "the sequence is empty");
  const std::size_t at = node.has(1) ? place(node, 1, parts.size(), false) : parts.size() - 1;
  parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
  return {OnnxOperand::list(std::move(parts))};
}
OnnxResults read_at(OnnxNodeReader& node) {
  const std::vector<OnnxOperand>& parts = parts_of(node, 0);
  return {parts[place(node, 1, parts.size(), false)]};
}
OnnxResults read_length(OnnxNodeReader& node) {
  return {Tensor::from<std::int64_t>({static_cast<std::int64_t>(parts_of(node, 0).size())}, Shape{})};
}
OnnxResults read_join(OnnxNodeReader& node) {
  std::vector<Value> parts;
  for (const OnnxOperand& part : parts_of(node, 0)) parts.push_back(node.value(part));
  const std::int64_t axis = node.integer("axis", 0);
  return {node.integer("new_axis", 0) != 0 ? stack(parts, axis) : concat(parts, axis)};
}
// Without sizes every element along the axis is a part of its own.
OnnxResults read_split(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const std::int64_t axis = onnx_axis(node.integer("axis", 0), x.rank()), size = x.shape()[static_cast<int>(axis)];
  Dims sizes;
  if (!node.has(1)) {
    sizes.assign(static_cast<std::size_t>(size), 1);
  } else if (node.type(1).shape.rank() == 0) {
    const auto each = onnx_integer(node.tensor(1));
    if (each < 1) fail(ErrorCode::kInvalidArgument, "parts of size {}", each);
    for (std::int64_t left = size; left > 0; left -= each) sizes.push_back(std::min(left, each));
  } else {
    sizes = onnx_dims(node.tensor(1));
  }
  std::vector<OnnxOperand> parts;
  for (const Value& part : split(x, sizes, axis))
    parts.emplace_back(!node.has(1) && node.integer("keepdims", 1) == 0 ? squeeze(part, {axis}) : part);
  return {OnnxOperand::list(std::move(parts))};
}

OnnxResults read_gradient(OnnxNodeReader& node) {
  return onnx_results(node.gradients(node.text("y", ""), node.attributes().get<std::vector<std::string>>("xs").size()));
}

}  // namespace

std::span<const OnnxOperator> onnx_sequences() {
  static const OnnxOperator rows[] = {
      {"ConcatFromSequence", read_join, 11, kStored}, {"Gradient", read_gradient, 1, kComputed, "ai.onnx.preview.training"},
      {"SequenceAt", read_at, 11, kStored},           {"SequenceConstruct", read_construct, 11, kStored},
      {"SequenceEmpty", read_empty, 11, kStored},     {"SequenceErase", read_erase, 11, kStored},
      {"SequenceInsert", read_insert, 11, kStored},   {"SequenceLength", read_length, 11, kStored},
      {"SplitToSequence", read_split, 11, kStored},
  };
  return rows;
}

}  // namespace lepton::ops
