// concat: joins tensors along an axis.
#include "lepton/ops/internal/joining_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(Shape shape, joined_shape(c, 0));
  return std::vector<Shape>{std::move(shape)};
}

std::vector<Value> gradient(const RuleContext& c) {
  if (c.inputs.size() == 1) return {c.grads[0]};
  return split_like<Value>(c.grads[0], {c.inputs.begin(), c.inputs.end()}, c.attributes.integer("axis"));
}

void emit(OnnxEmitter& e) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < e.num_inputs(); ++i) parts.push_back(e.input(i));
  e.output(0, onnx_node(e, "Concat", std::move(parts), {{"axis", e.attributes().integer("axis")}}));
}

std::vector<Sample> samples() {
  return {{{{{3}}, {{5}}}},
          {{{{2, 3}}, {{2, 1}}, {{2, 4}}}, {{"axis", 1}}},
          {{{{2, 3, 2}}, {{2, 2, 2}}}, {{"axis", -2}}},
          {{{{2, 3}}}},
          {{{{0, 3}}, {{2, 3}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}, {{2, 4}}}}, ErrorCode::kShapeMismatch},
          {{{{{2, 3}}, {{3}}}}, ErrorCode::kShapeMismatch},
          {{{{{2}}, {{2}, 0, 9, DType::kI32}}}, ErrorCode::kDtypeMismatch},
          {{{{{2}}}, {{"axis", 1}}}, ErrorCode::kInvalidArgument}};
}

}  // namespace

OpDef concat_op() {
  return {
      .name = "concat",
      .family = Family::kShape,
      .since = 1,
      .summary = "Joins tensors along an axis.",
      .formula = "y = x_0, then x_1, then … along the axis",
      .inputs = {{"x", kAnyDtype, "any shape with the axis"},
                 {.name = "more", .dtype = kAnyDtype, .doc = "as x but for the axis", .optional = true, .variadic = true}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"axis", std::int64_t{0}, any_value, "axis along which to join"}},
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
