// stack: joins tensors of one shape along a new axis.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  Dims dims = c.shape(0).dims();
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), c.shape(0).rank() + 1, c.op.name));
  for (std::size_t i = 1; i < c.inputs.size(); ++i) {
    if (c.inputs[i] == c.inputs[0]) continue;
    const ErrorCode code = c.shape(i) == c.shape(0) ? ErrorCode::kDtypeMismatch : ErrorCode::kShapeMismatch;
    return c.error(code, "operands must be alike ({} and {})", c.inputs[0].to_string(), c.inputs[i].to_string());
  }
  dims.insert(dims.begin() + axis, static_cast<std::int64_t>(c.inputs.size()));
  return std::vector<Shape>{Shape(std::move(dims))};
}

std::vector<Value> body(const RuleContext& c) {
  const std::int64_t axis = c.attributes.integer("axis");
  std::vector<Value> parts;
  for (const Value& x : c.inputs) parts.push_back(expand_dims(x, {axis}));
  return {concat<Value>(parts, axis)};
}

}  // namespace

OpDef stack_op() {
  return {
      .name = "stack",
      .family = Family::kShape,
      .since = 1,
      .summary = "Joins tensors of one shape along a new axis.",
      .formula = "y[…, i, …] = x_i",
      .inputs = {{"x", kAnyDtype, "any shape"}, {.name = "more", .dtype = kAnyDtype, .doc = "as x", .optional = true, .variadic = true}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"axis", std::int64_t{0}, any_value, "place of the new axis in the result"}},
      .infer = infer,
      .body = body,
      .samples =
          [] {
            return std::vector<Sample>{
                {{{{3}}, {{3}}}}, {{{{2, 3}}, {{2, 3}}, {{2, 3}}}, {{"axis", -1}}}, {{{{}}, {{}}}}, {{{{2, 3}}}, {{"axis", 1}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{3}}, {{4}}}}, ErrorCode::kShapeMismatch},
                                       {{{{{2}}, {{2}, 0, 9, DType::kI32}}}, ErrorCode::kDtypeMismatch},
                                       {{{{{3}}, {{3}}}, {{"axis", 2}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
