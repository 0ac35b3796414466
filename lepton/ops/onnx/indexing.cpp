// Picking and writing elements by index.
#include "lepton/ops/indexing.hpp"

#include <algorithm>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Value x_of(OnnxNodeReader& node) { return node.value(std::size_t{0}); }

OnnxResults read_gather(OnnxNodeReader& node) { return {gather(x_of(node), node.value(1), node.integer("axis", 0))}; }
OnnxResults read_gather_elements(OnnxNodeReader& node) { return {take_along_axis(x_of(node), node.value(1), node.integer("axis", 0))}; }
OnnxResults read_gather_nd(OnnxNodeReader& node) { return {gather_nd(x_of(node), node.value(1), node.integer("batch_dims", 0))}; }

// Writing with max, min or mul: one after the other, by places that are known.
Tensor combined(const Tensor& x, const Tensor& updates, const std::vector<std::int64_t>& targets, const std::string& how) {
  if (updates.num_elements() != static_cast<std::int64_t>(targets.size()))
    fail(ErrorCode::kShapeMismatch, "{} updates for {} places", updates.num_elements(), targets.size());
  std::vector<double> values = x.to_vector<double>();
  const std::vector<double> by = updates.to_vector<double>();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    double& v = values[static_cast<std::size_t>(targets[i])];
    v = how == "max" ? std::max(v, by[i]) : how == "min" ? std::min(v, by[i]) : how == "mul" ? v * by[i] : how == "add" ? v + by[i] : by[i];
  }
  return Tensor::from(values, x.shape()).cast(x.dtype());
}
std::int64_t checked(std::int64_t index, std::int64_t size) {
  if (index < -size || index >= size) fail(ErrorCode::kInvalidArgument, "index {} is outside an axis of size {}", index, size);
  return index < 0 ? index + size : index;
}

OnnxResults read_scatter(OnnxNodeReader& node) {
  const std::string how = node.text("reduction", "none");
  if (how == "none" || how == "add")
    return {scatter(x_of(node), node.value(1), node.value(2), {.axis = node.integer("axis", 0), .reduction = how})};
  const Tensor x = node.tensor(std::size_t{0}), indices = node.tensor(1), updates = node.tensor(2);
  const auto axis = static_cast<int>(onnx_axis(node.integer("axis", 0), x.shape().rank()));
  if (indices.shape().rank() != x.shape().rank()) fail(ErrorCode::kShapeMismatch, "indices {} for {}", indices.shape(), x.shape());
  for (int i = 0; i < x.shape().rank(); ++i) {
    if (i != axis && indices.shape()[i] > x.shape()[i]) fail(ErrorCode::kShapeMismatch, "indices {} for {}", indices.shape(), x.shape());
  }
  const std::vector<std::int64_t> index = indices.to_vector<std::int64_t>();
  std::vector<std::int64_t> targets;
  Dims at(static_cast<std::size_t>(indices.shape().rank()), 0);
  for (const std::int64_t own : index) {
    std::int64_t target = 0;
    for (int i = 0; i < x.shape().rank(); ++i)
      target = target * x.shape()[i] + (i == axis ? checked(own, x.shape()[i]) : at[static_cast<std::size_t>(i)]);
    targets.push_back(target);
    for (std::size_t i = at.size(); i-- > 0;) {
      if (++at[i] < indices.shape()[static_cast<int>(i)]) break;
      at[i] = 0;
    }
  }
  return {combined(x, updates, targets, how)};
}

OnnxResults read_scatter_nd(OnnxNodeReader& node) {
  const std::string how = node.text("reduction", "none");
  if (how == "none" || how == "add") return {scatter_nd(x_of(node), node.value(1), node.value(2), how)};
  const Tensor x = node.tensor(std::size_t{0}), indices = node.tensor(1), updates = node.tensor(2);
  const std::int64_t depth = indices.shape()[-1];
  if (depth < 1 || depth > x.shape().rank()) fail(ErrorCode::kShapeMismatch, "tuples of {} indices for {}", depth, x.shape());
  const std::vector<std::int64_t> index = indices.to_vector<std::int64_t>();
  std::int64_t slice = 1;
  for (int i = static_cast<int>(depth); i < x.shape().rank(); ++i) slice *= x.shape()[i];
  std::vector<std::int64_t> targets;
  for (std::size_t row = 0; row * static_cast<std::size_t>(depth) < index.size(); ++row) {
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < depth; ++i)
      at = at * x.shape()[static_cast<int>(i)] +
           checked(index[row * static_cast<std::size_t>(depth) + static_cast<std::size_t>(i)], x.shape()[static_cast<int>(i)]);
    for (std::int64_t i = 0; i < slice; ++i) targets.push_back(at * slice + i);
  }
  return {combined(x, updates, targets, how)};
}

// Indices below 0 count from the end; others outside give the "off" value only.
OnnxResults read_one_hot(OnnxNodeReader& node) {
  const Value indices = cast(x_of(node), DType::kI64), values = node.value(2);
  const std::int64_t depth = onnx_integer(node.tensor(1));
  const Value wrapped =
      where(less(indices, onnx_scalar(indices, 0)), add(indices, onnx_scalar(indices, static_cast<double>(depth))), indices);
  const Value hot = one_hot(wrapped, depth, {.axis = node.integer("axis", -1), .dtype = DType::kF32});
  const Value is_on = greater(hot, onnx_scalar(hot, 0.5));
  const auto part = [&](std::int64_t i) { return reshape(slice(values, {.starts = {i}, .ends = {i + 1}}), {}); };
  return {where(is_on, part(1), part(0))};
}

// The first `length` elements of each sequence in reverse.
OnnxResults reverse_sequence(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const std::int64_t time = onnx_axis(node.integer("time_axis", 0), x.rank()), batch = onnx_axis(node.integer("batch_axis", 1), x.rank());
  const Tensor lengths = node.tensor(1);
  Dims dims(static_cast<std::size_t>(x.rank()), 1);
  dims[static_cast<std::size_t>(batch)] = lengths.num_elements();
  const Value place = iota(x, time, DType::kI64), length = reshape(node.value(OnnxOperand(lengths.cast(DType::kI64))), dims);
  const Value mirrored = sub(sub(length, onnx_scalar(length, 1)), place);
  return {take_along_axis(x, where(less(place, length), mirrored, place), time)};
}

// Writes `update` into a cache at each sequence's own place, around its end for mode "circular".
OnnxResults tensor_scatter(OnnxNodeReader& node) {
  const Value cache = x_of(node), update = node.value(1);
  const std::int64_t axis = onnx_axis(node.integer("axis", -2), cache.rank()), size = cache.shape()[static_cast<int>(axis)];
  Value at = iota(update, axis, DType::kI64);
  if (node.has(2)) {
    Dims dims(static_cast<std::size_t>(cache.rank()), 1);
    dims[0] = node.type(2).shape.num_elements();
    at = add(at, reshape(cast(node.value(2), DType::kI64), dims));
  }
  if (node.text("mode", "linear") == "circular") at = mod(at, onnx_scalar(at, static_cast<double>(size)));
  return {scatter(cache, at, update, {.axis = axis})};
}

}  // namespace

std::span<const OnnxOperator> onnx_indexing() {
  static const OnnxOperator rows[] = {
      {"Gather", read_gather, 1, kMoved},
      {"GatherElements", read_gather_elements, 11, kMoved},
      {"GatherND", read_gather_nd, 11, kMoved},
      {"OneHot", read_one_hot, 9, kStored},
      {"ReverseSequence", reverse_sequence, 10, kMoved},
      {"Scatter", read_scatter, 9},
      {"ScatterElements", read_scatter, 11},
      {"ScatterND", read_scatter_nd, 11},
      {"TensorScatter", tensor_scatter, 24, kStored},
  };
  return rows;
}

}  // namespace lepton::ops
