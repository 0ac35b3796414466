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

std::vector<AttributeDef> reduction_attributes() {
  return {{"axes", std::vector<std::int64_t>{}, any_value, "axes to fold; empty means all"},
          {"keepdims", false, any_value, "keep folded axes as size 1"}};
}

Value keep_reduced_axes(const Value& reduced, const Value& x, const Attributes& reduction) {
  if (reduction.flag("keepdims")) return reduced;
  std::vector<std::int64_t> axes = reduction.integers("axes");
  if (axes.empty()) {
    for (int axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  }
  return axes.empty() ? reduced : expand_dims(reduced, axes);
}

void emit_reduction(OnnxEmitter& emitter, std::string_view op_type) {
  const auto& axes = emitter.attributes().integers("axes");
  std::vector<std::string> inputs = {emitter.input(0)};
  if (!axes.empty()) inputs.push_back(emitter.constant(Tensor::from(axes, {static_cast<std::int64_t>(axes.size())})));
  emitter.output(0, emitter.node(op_type, std::move(inputs), {{"keepdims", emitter.attributes().flag("keepdims") ? 1 : 0}})[0]);
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

Value unbroadcast(const Value& grad, const Value& operand) {
  // A free dim is never 1 (it stands for a size of the run), so equal shapes mean that nothing was broadcast.
  return grad.shape() == operand.shape() ? grad : sum_to_like(grad, operand);
}

}  // namespace lepton::ops
