// Shape rules, samples and gradient steps that many operators share.
#pragma once

#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

/// The output has the shape of the first input.
Result<std::vector<Shape>> infer_like_first(const InferContext& context);
/// The output has the NumPy broadcast of all inputs.
Result<std::vector<Shape>> infer_broadcast(const InferContext& context);
/// Output axes after reducing attribute "axes" (empty: all), keeping them as 1 if "keepdims".
Result<std::vector<Shape>> infer_reduction(const InferContext& context);

/// "axes" and "keepdims", as every reduction has them.
std::vector<AttributeDef> reduction_attributes();
/// Puts the axes that a reduction of `x` folded back into `reduced` as size 1.
Value keep_reduced_axes(const Value& reduced, const Value& x, const Attributes& reduction);
/// Writes a reduction as the ONNX operator `op_type` with axes as an input (opset 18; ReduceSum since 13).
void emit_reduction(OnnxEmitter& emitter, std::string_view op_type);

/// Samples for unary elementwise operators: a vector, a matrix, a scalar and an empty tensor, with elements in [low, high).
std::vector<Sample> unary_samples(double low, double high, Attributes attributes = {});
/// Samples for binary elementwise operators: equal shapes and the broadcasting cases, second operand in [low, high).
std::vector<Sample> binary_samples(double low = -2.0, double high = 2.0, double second_low = -2.0, double second_high = 2.0);

/// Sums `grad` over the axes along which `operand` was broadcast; defined grads only.
Value unbroadcast(const Value& grad, const Value& operand);

}  // namespace lepton::ops
