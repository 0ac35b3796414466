// Activations.
#include "lepton/ops/activation.hpp"

#include <cmath>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Value x_of(OnnxNodeReader& node) { return node.value(std::size_t{0}); }

OnnxResults read_relu(OnnxNodeReader& node) {
  const Value x = x_of(node);
  return {is_float(x.dtype()) ? relu(x) : maximum(x, onnx_scalar(x, 0))};
}
OnnxResults read_leaky_relu(OnnxNodeReader& node) { return {leaky_relu(x_of(node), node.number("alpha", 0.01))}; }
OnnxResults read_elu(OnnxNodeReader& node) { return {elu(x_of(node), node.number("alpha", 1))}; }
OnnxResults read_celu(OnnxNodeReader& node) { return {celu(x_of(node), node.number("alpha", 1))}; }
OnnxResults read_gelu(OnnxNodeReader& node) { return {gelu(x_of(node), node.text("approximate", "none") == "tanh")}; }
OnnxResults read_selu(OnnxNodeReader& node) {
  const double alpha = node.number("alpha", 1.67326319217681884765625), gamma = node.number("gamma", 1.05070102214813232421875);
  const Value made = elu(x_of(node), alpha);
  return {mul(made, onnx_scalar(made, gamma))};
}
OnnxResults read_hard_sigmoid(OnnxNodeReader& node) {
  return {hard_sigmoid(x_of(node), {.alpha = node.number("alpha", 0.2), .beta = node.number("beta", 0.5)})};
}
OnnxResults read_hard_swish(OnnxNodeReader& node) { return {hard_swish(x_of(node))}; }
OnnxResults read_mish(OnnxNodeReader& node) { return {mish(x_of(node))}; }
OnnxResults read_softplus(OnnxNodeReader& node) { return {softplus(x_of(node))}; }
OnnxResults read_swish(OnnxNodeReader& node) {
  const Value x = x_of(node);
  return {mul(x, sigmoid(mul(x, onnx_scalar(x, node.number("alpha", 1)))))};
}
OnnxResults read_thresholded_relu(OnnxNodeReader& node) {
  const Value x = x_of(node);
  return {where(greater(x, onnx_scalar(x, node.number("alpha", 1))), x, onnx_scalar(x, 0))};
}
OnnxResults read_shrink(OnnxNodeReader& node) {
  const Value x = x_of(node), bias = onnx_scalar(x, node.number("bias", 0)), zero = onnx_scalar(x, 0);
  const double lambda = node.number("lambd", 0.5);
  const Value above = where(greater(x, onnx_scalar(x, lambda)), sub(x, bias), zero);
  return {where(less(x, onnx_scalar(x, -lambda)), add(x, bias), above)};
}
// The slope is broadcast to x from the right; our prelu has one slope for each element of a sample.
OnnxResults read_prelu(OnnxNodeReader& node) {
  const Value x = x_of(node), slope = node.value(1), zero = onnx_scalar(x, 0);
  return {where(less(x, zero), mul(x, slope), x)};
}

// Before opset 13 the axes from `axis` on are one.
template <Value (*kAlong)(const Value&, std::int64_t)>
OnnxResults along_axis(OnnxNodeReader& node) {
  const Value x = x_of(node);
  if (node.opset() >= 13) return {kAlong(x, node.integer("axis", -1))};
  const std::int64_t axis = onnx_axis(node.integer("axis", 1), std::max(x.rank(), 2));
  std::int64_t outer = 1;
  for (int i = 0; i < axis; ++i) outer *= x.shape()[i];
  const std::int64_t inner = outer == 0 ? 1 : x.shape().num_elements() / outer;
  return {reshape(kAlong(reshape(x, {outer, inner}), 1), dims_of(x))};
}
Value hardmax(const Value& x, std::int64_t axis) {
  const std::int64_t at = onnx_axis(axis, x.rank());
  const Value best = argmax(x, {.axis = at});
  return one_hot(best, x.shape()[static_cast<int>(at)], {.axis = at, .dtype = x.dtype()});
}

OnnxResults read_swiglu(OnnxNodeReader& node) { return {mul(read_swish(node)[0].value, node.value(1))}; }

}  // namespace

std::span<const OnnxOperator> onnx_activations() {
  static const OnnxOperator rows[] = {
      {"Celu", read_celu, 12},
      {"Elu", read_elu, 6},
      {"Gelu", read_gelu, 20},
      {"HardSigmoid", read_hard_sigmoid, 6},
      {"HardSwish", read_hard_swish, 14},
      {"Hardmax", along_axis<hardmax>, 1},
      {"LeakyRelu", read_leaky_relu, 6},
      {"LogSoftmax", along_axis<log_softmax<Value>>, 1},
      {"Mish", read_mish, 18},
      {"PRelu", read_prelu, 7},
      {"Relu", read_relu, 6},
      {"Selu", read_selu, 6},
      {"Shrink", read_shrink, 9},
      {"Softmax", along_axis<softmax<Value>>, 1},
      {"Softplus", read_softplus, 1},
      {"SwiGLU", read_swiglu, 28},
      {"Swish", read_swish, 24},
      {"ThresholdedRelu", read_thresholded_relu, 10},
  };
  return rows;
}

}  // namespace lepton::ops
