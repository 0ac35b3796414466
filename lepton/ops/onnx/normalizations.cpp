// Normalisation and dropout.
#include "lepton/ops/normalization.hpp"

#include <cmath>
#include <numeric>

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/pooling.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Value x_of(OnnxNodeReader& node) { return node.value(std::size_t{0}); }

OnnxResults read_batch_norm(OnnxNodeReader& node) {
  const Value x = x_of(node), scale = node.value(1), offset = node.value(2), mean_in = node.value(3), variance_in = node.value(4);
  const double epsilon = node.number("epsilon", 1e-5);
  const auto like_x = [&](const Value& v) { return cast_if_other(v, x.dtype()); };
  if (node.integer("training_mode", 0) == 0)
    return {batch_norm_inference(x, like_x(scale), like_x(offset), like_x(mean_in), like_x(variance_in), epsilon)};
  const double momentum = node.number("momentum", 0.9);
  const std::vector<Value> made = batch_norm_training(x, like_x(scale), like_x(offset), epsilon);
  const auto running = [&](const Value& old, const Value& now) {
    return add(mul(old, onnx_scalar(old, momentum)), mul(cast(now, old.dtype()), onnx_scalar(old, 1 - momentum)));
  };
  return {made[0], running(mean_in, made[1]), running(variance_in, made[2])};
}

OnnxResults read_instance_norm(OnnxNodeReader& node) {
  return {instance_norm(x_of(node), node.value(1), node.value(2), node.number("epsilon", 1e-5))};
}

// Before opset 21 scale and bias have one entry for each group.
OnnxResults read_group_norm(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const std::int64_t groups = node.integer("num_groups", 1), channels = x.shape()[1];
  Value scale = node.value(1), offset = node.value(2);
  if (node.opset() < 21 && groups > 0) {
    const auto spread = [&](const Value& v) {
      return reshape(broadcast_to(reshape(v, {groups, 1}), {groups, channels / groups}), {channels});
    };
    scale = spread(scale);
    offset = spread(offset);
  }
  return {group_norm(x, groups, scale, offset, node.number("epsilon", 1e-5))};
}

Dims axes_from(std::int64_t first, int rank) {
  Dims axes(static_cast<std::size_t>(rank - first));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

OnnxResults read_layer_norm(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const ReduceOptions over{.axes = axes_from(onnx_axis(node.integer("axis", -1), x.rank()), x.rank()), .keepdims = true};
  const Value center = mean(x, over), apart = sub(x, center);
  const Value variance = mean(square(apart), over);
  const Value inverse = rsqrt(add(variance, onnx_scalar(x, node.number("epsilon", 1e-5))));
  Value y = mul(mul(apart, inverse), node.value(1));
  if (node.has(2)) y = add(y, node.value(2));
  return {y, center, inverse};
}

OnnxResults read_rms_norm(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const ReduceOptions over{.axes = axes_from(onnx_axis(node.integer("axis", -1), x.rank()), x.rank()), .keepdims = true};
  const Value inverse = rsqrt(add(mean(square(x), over), onnx_scalar(x, node.number("epsilon", 1e-5))));
  return {mul(mul(x, inverse), node.value(1))};
}

OnnxResults read_mvn(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const ReduceOptions over{.axes = node.integers("axes", {0, 2, 3}), .keepdims = true};
  const Value apart = sub(x, mean(x, over));
  const Value deviation = sqrt(mean(square(apart), over));
  return {div(apart, add(deviation, onnx_scalar(x, 1e-9)))};
}

// Squares are averaged over neighbouring channels: a pooling over axis 1.
OnnxResults read_lrn(OnnxNodeReader& node) {
  const Value x = x_of(node);
  const Shape s = x.shape();
  const std::int64_t size = node.integer("size", 1), channels = s[1];
  const std::int64_t inner = s.num_elements() / std::max<std::int64_t>(1, s[0] * channels);
  const Value squares = reshape(square(x), {s[0], 1, channels, inner});
  const Value means = avg_pool(squares, {size, 1}, {.pads = {(size - 1) / 2, 0, size / 2, 0}, .count_include_pad = true});
  const Value base = add(mul(reshape(means, s.dims()), onnx_scalar(x, node.number("alpha", 1e-4))), onnx_scalar(x, node.number("bias", 1)));
  return {div(x, pow(base, onnx_scalar(x, node.number("beta", 0.75))))};
}

// In inference nothing is dropped. Training with a ratio needs random numbers that nobody else would draw alike.
OnnxResults read_dropout(OnnxNodeReader& node) {
  const bool training = node.has(2) && node.tensor(2).item() != 0;
  const double ratio = node.opset() < 12 ? node.number("ratio", 0.5) : node.has(1) ? node.tensor(1).item() : 0.5;
  if (training && ratio != 0) fail(ErrorCode::kUnsupported, "dropout in training mode draws random numbers: ONNX does not say which");
  const Value x = x_of(node);
  OnnxResults results = {node.operand(0)};
  // Before opset 12 nothing says what the mask is outside training; ONNX Runtime gives false.
  const OnnxOperand all(Tensor::full(DType::kBool, Shape{}, node.opset() < 12 ? 0 : 1));
  if (node.wants(1)) results.push_back(broadcast_to(node.value(all), dims_of(x)));
  return results;
}

}  // namespace

std::span<const OnnxOperator> onnx_normalizations() {
  static const OnnxOperator rows[] = {
      {"BatchNormalization", read_batch_norm, 7},
      {"Dropout", read_dropout, 1, kStored},
      {"GroupNormalization", read_group_norm, 18},
      {"InstanceNormalization", read_instance_norm, 6},
      {"LRN", read_lrn, 1},
      {"LayerNormalization", read_layer_norm, 17},
      {"MeanVarianceNormalization", read_mvn, 9},
      {"RMSNormalization", read_rms_norm, 23},
  };
  return rows;
}

}  // namespace lepton::ops
