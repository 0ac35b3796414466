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
/// infer_reduction that refuses to fold axes without elements: max and min of nothing do not exist.
Result<std::vector<Shape>> infer_nonempty_reduction(const InferContext& context);
/// The shape without attribute "axis" (1 there if "keepdims"); refuses an axis without elements.
Result<std::vector<Shape>> infer_arg_reduction(const InferContext& context);
std::vector<AttributeDef> arg_reduction_attributes();
std::vector<Sample> arg_reduction_samples();
std::vector<Reject> reject_bad_axis();
void emit_arg_reduction(OnnxEmitter& emitter, std::string_view op_type);
/// Puts the axes that a reduction of `x` folded back into `reduced` as size 1.
Value keep_reduced_axes(const Value& reduced, const Value& x, const Attributes& reduction);
/// Writes a reduction as the ONNX operator `op_type` with axes as an input (opset 18; ReduceSum since 13).
void emit_reduction(OnnxEmitter& emitter, std::string_view op_type);
/// The same for a value that is named, as a part of a longer rule.
std::string onnx_reduction(OnnxEmitter& emitter, std::string_view op_type, std::string input);
/// Adds a node with one output and returns its name.
std::string onnx_node(OnnxEmitter& emitter, std::string_view op_type, std::vector<std::string> inputs, Attributes attributes = {});
/// A scalar constant with the dtype of the first input.
std::string onnx_scalar(OnnxEmitter& emitter, double value);

/// Samples for unary elementwise operators: a vector, a matrix, a scalar and an empty tensor, with elements in [low, high).
std::vector<Sample> unary_samples(double low, double high, Attributes attributes = {});
/// Samples for binary elementwise operators: equal shapes and the broadcasting cases, second operand in [low, high).
std::vector<Sample> binary_samples(double low = -2.0, double high = 2.0, double second_low = -2.0, double second_high = 2.0);

/// Samples for comparisons and logic: broadcasting cases, also with equal elements.
std::vector<Sample> comparison_samples(DType dtype = DType::kF64);
/// Rejections of unary elementwise operators on floats: integers.
std::vector<Reject> reject_integers();
/// Rejections of binary elementwise operators: shapes that do not broadcast, dtypes that differ.
std::vector<Reject> reject_unlike_operands();
/// Samples and rejections of a reduction; `empty` adds one that folds an axis of size 0.
std::vector<Sample> reduction_samples(double low = -2.0, double high = 2.0, DType dtype = DType::kF64, bool empty = true);
std::vector<Reject> reject_bad_axes(DType dtype = DType::kF64);
std::vector<Reject> reject_empty_axes();

/// [..., C] as one matrix of rows [-1, C], for a C that is known and not 0.
Value as_rows(const Value& x);

/// Sums `grad` over the axes along which `operand` was broadcast; defined grads only.
Value unbroadcast(const Value& grad, const Value& operand);

}  // namespace lepton::ops
