// Shared rules.
#include "lepton/ops/internal/rules.hpp"

#include <algorithm>

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {

Result<std::vector<Shape>> infer_like_first(const InferContext& context) { return std::vector<Shape>{context.shape(0)}; }

Result<std::vector<Shape>> infer_broadcast(const InferContext& context) {
  Shape shape = context.shape(0);
  for (std::size_t i = 1; i < context.inputs.size(); ++i) {
    const auto joined = broadcast(shape, context.shape(i));
    if (!joined) return context.error(ErrorCode::kShapeMismatch, "shapes must broadcast together ({} and {})", shape, context.shape(i));
    shape = *joined;
  }
  return std::vector<Shape>{shape};
}

Result<std::vector<Shape>> infer_reduction(const InferContext& context) {
  const Shape& input = context.shape(0);
  const auto& axes = context.attributes.integers("axes");
  std::vector<bool> reduced(static_cast<std::size_t>(input.rank()), axes.empty());
  for (const std::int64_t axis : axes) {
    LEPTON_TRY(const int place, normalize_axis(axis, input.rank(), context.op.name));
    if (reduced[static_cast<std::size_t>(place)]) return context.error(ErrorCode::kInvalidArgument, "axis {} is named twice", axis);
    reduced[static_cast<std::size_t>(place)] = true;
  }
  Dims dims;
  for (int axis = 0; axis < input.rank(); ++axis) {
    if (!reduced[static_cast<std::size_t>(axis)]) {
      dims.push_back(input[axis]);
    } else if (context.attributes.flag("keepdims")) {
      dims.push_back(1);
    }
  }
  return std::vector<Shape>{Shape(std::move(dims))};
}

Result<std::vector<Shape>> infer_nonempty_reduction(const InferContext& context) {
  LEPTON_TRY(std::vector<Shape> shapes, infer_reduction(context));
  if (context.shape(0).num_elements() == 0 && shapes[0].num_elements() != 0) {
    return context.error(ErrorCode::kInvalidArgument, "the folded axes have no elements (input {})", context.shape(0));
  }
  return shapes;
}

std::vector<AttributeDef> reduction_attributes() {
  return {{"axes", std::vector<std::int64_t>{}, any_value, "axes to fold; empty means all"},
          {"keepdims", false, any_value, "keep folded axes as size 1"}};
}

Result<std::vector<Shape>> infer_arg_reduction(const InferContext& context) {
  const Shape& x = context.shape(0);
  LEPTON_TRY(const int axis, normalize_axis(context.attributes.integer("axis"), x.rank(), context.op.name));
  if (x[axis] == 0) return context.error(ErrorCode::kInvalidArgument, "the axis has no elements (input {})", x);
  Dims dims = x.dims();
  if (context.attributes.flag("keepdims")) {
    dims[static_cast<std::size_t>(axis)] = 1;
  } else {
    dims.erase(dims.begin() + axis);
  }
  return std::vector<Shape>{Shape(std::move(dims))};
}

std::vector<AttributeDef> arg_reduction_attributes() {
  return {{"axis", std::int64_t{-1}, any_value, "axis to fold"}, {"keepdims", false, any_value, "keep the folded axis as size 1"}};
}

std::vector<Sample> arg_reduction_samples() {
  return {{{{{17}}}},
          {{{{3, 4, 5}}}, {{"axis", 1}}},
          {{{{3, 4}}}, {{"axis", 0}, {"keepdims", true}}},
          {{{{0, 4}}}},
          {{{{4, 9}, 0, 3, DType::kI32}}, {}, "equal elements"}};
}

std::vector<Reject> reject_bad_axis() {
  return {{{{{{2, 3}}}, {{"axis", 2}}}, ErrorCode::kInvalidArgument}, {{{{{2, 0}}}}, ErrorCode::kInvalidArgument}};
}

void emit_arg_reduction(OnnxEmitter& emitter, std::string_view op_type) {
  const Attributes& a = emitter.attributes();
  emitter.output(0,
                 onnx_node(emitter, op_type, {emitter.input(0)}, {{"axis", a.integer("axis")}, {"keepdims", a.flag("keepdims") ? 1 : 0}}));
}

Value keep_reduced_axes(const Value& reduced, const Value& x, const Attributes& reduction) {
  if (reduction.flag("keepdims")) return reduced;
  std::vector<std::int64_t> axes = reduction.integers("axes");
  if (axes.empty()) {
    for (int axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  }
  return axes.empty() ? reduced : expand_dims(reduced, axes);
}

std::string onnx_node(OnnxEmitter& emitter, std::string_view op_type, std::vector<std::string> inputs, Attributes attributes) {
  return emitter.node(op_type, std::move(inputs), std::move(attributes))[0];
}

std::string onnx_scalar(OnnxEmitter& emitter, double value) { return emitter.constant(Tensor::scalar(emitter.input_type(0).dtype, value)); }

std::string onnx_reduction(OnnxEmitter& emitter, std::string_view op_type, std::string input) {
  const auto& axes = emitter.attributes().integers("axes");
  std::vector<std::string> inputs = {std::move(input)};
  if (!axes.empty()) inputs.push_back(emitter.constant(Tensor::from(axes, {static_cast<std::int64_t>(axes.size())})));
  return onnx_node(emitter, op_type, std::move(inputs), {{"keepdims", emitter.attributes().flag("keepdims") ? 1 : 0}});
}

void emit_reduction(OnnxEmitter& emitter, std::string_view op_type) {
  emitter.output(0, onnx_reduction(emitter, op_type, emitter.input(0)));
}

std::vector<Sample> unary_samples(double low, double high, Attributes attributes) {
  std::vector<Sample> samples;
  for (const Shape& shape : {Shape{37}, Shape{3, 5}, Shape{}, Shape{0, 4}}) samples.push_back({{{shape, low, high}}, attributes});
  return samples;
}

std::vector<Sample> binary_samples(double low, double high, double second_low, double second_high) {
  const std::vector<std::pair<Shape, Shape>> shapes = {{{4, 5}, {4, 5}}, {{2, 3, 4}, {4}}, {{3, 1}, {1, 5}},
                                                       {{}, {6}},        {{2, 3}, {}},     {{0, 3}, {3}}};
  std::vector<Sample> samples;
  for (const auto& [a, b] : shapes) samples.push_back({{{a, low, high}, {b, second_low, second_high}}});
  return samples;
}

std::vector<Sample> comparison_samples(DType dtype) {
  std::vector<Sample> samples;
  const bool logical = dtype == DType::kBool;
  for (Sample& sample : binary_samples()) {
    for (SampleInput& input : sample.inputs) input = {input.shape, logical ? 0.0 : -2.0, 2.0, dtype};
    samples.push_back(sample);
  }
  if (!logical) samples.push_back({{{{40}, 0, 3, DType::kI32}, {{40}, 0, 3, DType::kI32}}});
  return samples;
}

std::vector<Reject> reject_integers() { return {{{{{{2}, 0, 9, DType::kI32}}}, ErrorCode::kDtypeMismatch}}; }

std::vector<Reject> reject_unlike_operands() {
  return {{{{{{2, 3}}, {{2, 4}}}}, ErrorCode::kShapeMismatch}, {{{{{2}}, {{2}, 0, 9, DType::kI32}}}, ErrorCode::kDtypeMismatch}};
}

std::vector<Sample> reduction_samples(double low, double high, DType dtype, bool empty) {
  const SampleInput x = {{3, 4, 5}, low, high, dtype};
  std::vector<Sample> samples = {{{x}},
                                 {{x}, {{"axes", {1}}}},
                                 {{x}, {{"axes", {0, -1}}, {"keepdims", true}}},
                                 {{{{}, low, high, dtype}}},
                                 {{{{0, 3}, low, high, dtype}}, {{"axes", {1}}}}};
  if (empty) samples.push_back({{{{0, 3}, low, high, dtype}}, {{"axes", {0}}}});
  return samples;
}

std::vector<Reject> reject_bad_axes(DType dtype) {
  const SampleInput x = {{2, 3}, 0, 2, dtype};
  return {{{{x}, {{"axes", {2}}}}, ErrorCode::kInvalidArgument}, {{{x}, {{"axes", {0, 0}}}}, ErrorCode::kInvalidArgument}};
}

std::vector<Reject> reject_empty_axes() {
  std::vector<Reject> rejects = reject_bad_axes();
  rejects.push_back({{{{{3, 0}}}, {{"axes", {1}}}}, ErrorCode::kInvalidArgument});
  return rejects;
}

Value as_rows(const Value& x) { return reshape(x, {-1, x.dim(-1)}); }

Value unbroadcast(const Value& grad, const Value& operand) {
  // A free dim is never 1 (it stands for a size of the run), so equal shapes mean that nothing was broadcast.
  return grad.shape() == operand.shape() ? grad : sum_to_like(grad, operand);
}

}  // namespace lepton::ops
