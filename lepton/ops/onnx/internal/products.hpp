// Products that several ONNX operators are made of.
#pragma once

#include "lepton/op/onnx_operator.hpp"

namespace lepton::ops {

/// NumPy's matmul, also of vectors and, exactly up to 2^53, of whole numbers.
Value onnx_matmul(const Value& a, const Value& b);
/// A convolution with the attributes of the node: strides, dilations, pads, auto_pad, group.
Value onnx_conv(const OnnxNodeReader& node, const Value& x, const Value& w, const Value& bias);

}  // namespace lepton::ops
