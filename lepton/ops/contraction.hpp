// Multiply-accumulate operators: matmul and the convolutions.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// Matrix product over the last two axes; axes before them broadcast.
/// Shapes:  a: [..., M, K], b: [..., K, N] (or transposed); result: [..., M, N].
template <Operand T>
T matmul(const T& a, const T& b, const MatmulOptions& options = {}) {
  return call<T>("matmul", {a, b}, {{"transpose_a", options.transpose_a}, {"transpose_b", options.transpose_b}});
}

struct ConvOptions {
  std::vector<std::int64_t> strides = {};
  std::vector<std::int64_t> dilations = {};
  std::vector<std::int64_t> pads = {};
  std::string padding = "explicit";
  std::int64_t groups = 1;

  Attributes attributes() const {
    return {{"strides", strides}, {"dilations", dilations}, {"pads", pads}, {"padding", padding}, {"groups", groups}};
  }
};

/// Convolution (cross-correlation, as everywhere in deep learning). An undefined bias is absent.
/// Shapes:  x: [N, C, spatial…] with 1 to 3 spatial axes, weight: [O, C / groups, kernel…], bias: [O]; result: [N, O, spatial…].
template <Operand T>
T conv(const T& x, const T& weight, const T& bias = {}, const ConvOptions& options = {}) {
  return call<T>("conv", {x, weight, bias}, options.attributes());
}
/// Gradient of conv with respect to x; `like` gives the shape of x.
template <Operand T>
T conv_input_gradient(const T& g, const T& weight, const T& like, const ConvOptions& options = {}) {
  return call<T>("conv_input_gradient", {g, weight, like}, options.attributes());
}
/// Gradient of conv with respect to its weight; `like` gives the shape of the weight.
template <Operand T>
T conv_weight_gradient(const T& x, const T& g, const T& like, const ConvOptions& options = {}) {
  return call<T>("conv_weight_gradient", {x, g, like}, options.attributes());
}

struct ConvTransposeOptions {
  std::vector<std::int64_t> strides = {};
  std::vector<std::int64_t> dilations = {};
  std::vector<std::int64_t> pads = {};
  std::string padding = "explicit";
  std::vector<std::int64_t> output_padding = {};  // with explicit padding; less than the stride
  std::int64_t groups = 1;

  Attributes attributes() const {
    return {{"strides", strides}, {"dilations", dilations},           {"pads", pads},
            {"padding", padding}, {"output_padding", output_padding}, {"groups", groups}};
  }
};

/// Transposed convolution. An undefined bias is absent.
/// Shapes:  x: [N, C, spatial…], weight: [C, O / groups, kernel…], bias: [O]; result: [N, O, spatial…], each spatial size
///          (in - 1) * stride + (kernel - 1) * dilation + 1 - pads + output_padding; in * stride for padding "same"; as explicit without
///          pads, but at least in * stride, for "valid".
template <Operand T>
T conv_transpose(const T& x, const T& weight, const T& bias = {}, const ConvTransposeOptions& options = {}) {
  return call<T>("conv_transpose", {x, weight, bias}, options.attributes());
}

/// Sums of products in Einstein's notation, e.g. einsum<Value>("bij,bjk->bik", {a, b}). Operands are multiplied from left to right.
/// "..." stands for axes that broadcast; a label that an operand repeats stands for its diagonal.
/// Errors:  kParseError for a wrong equation; kShapeMismatch if operands do not fit it.
template <Operand T>
T einsum(std::string_view equation, const std::vector<T>& operands) {
  return call_all<T>("einsum", operands, {{"equation", equation}})[0];
}

}  // namespace lepton::ops
