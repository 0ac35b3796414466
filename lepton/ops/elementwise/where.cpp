// where: chooses between two tensors element by element.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value &condition = c.inputs[0], &x = c.inputs[1], &y = c.inputs[2], &g = c.grads[0];
  const Value zero = constant_like(g, 0);
  return {Value(), c.needs(1) ? unbroadcast(where(condition, g, zero), x) : Value(),
          c.needs(2) ? unbroadcast(where(condition, zero, g), y) : Value()};
}

std::vector<Sample> samples() {
  const auto condition = [](Shape shape) { return SampleInput{std::move(shape), 0, 2, DType::kBool}; };
  return {{{condition({3, 4}), {{3, 4}}, {{3, 4}}}},
          {{condition({4}), {{3, 1}}, {{}}}},
          {{condition({2, 1}), {{}}, {{3}}}},
          {{condition({}), {{2}}, {{2}}}},
          {{condition({0}), {{}}, {{}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{2}}, {{2}}, {{2}}}}, ErrorCode::kDtypeMismatch}, {{{{{2}, 0, 2, DType::kBool}, {{3}}, {{2}}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef where_op() {
  return {
      .name = "where",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Elements of x where the condition holds, else of y.",
      .formula = "z = condition ? x : y",
      .inputs = {{"condition", DType::kBool, "any shape"},
                 {"x", kAnyDtype, "broadcasts with condition"},
                 {"y", like("x"), "broadcasts with both"}},
      .outputs = {{"z", like("x")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.name = "Where", .opset = 9},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
