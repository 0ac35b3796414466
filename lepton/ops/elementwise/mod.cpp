// mod: the remainder of a division.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/operators.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value &x = c.inputs[0], &y = c.inputs[1], &g = c.grads[0];
  return {c.needs(0) ? unbroadcast(g, x) : Value(), c.needs(1) ? unbroadcast(-g * floor(x / y), y) : Value()};
}

// ONNX's Mod has the divisor's sign for integers only: for floats its C remainder is moved by y where the signs differ.
void emit(OnnxEmitter& e) {
  const std::string x = e.input(0), y = e.input(1);
  if (!is_float(e.input_type(0).dtype)) return e.output(0, onnx_node(e, "Mod", {x, y}));
  const std::string rest = onnx_node(e, "Mod", {x, y}, {{"fmod", 1}}), zero = onnx_scalar(e, 0);
  const std::string unlike = onnx_node(e, "Xor", {onnx_node(e, "Less", {rest, zero}), onnx_node(e, "Less", {y, zero})});
  const std::string moves = onnx_node(e, "And", {unlike, onnx_node(e, "Not", {onnx_node(e, "Equal", {rest, zero})})});
  e.output(0, onnx_node(e, "Where", {moves, onnx_node(e, "Add", {rest, y}), rest}));
}

}  // namespace

OpDef mod_op() {
  return {
      .name = "mod",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Remainder with the sign of the divisor, as in Python; 0 for a zero integer divisor.",
      .formula = "z = x - ⌊x / y⌋ y",
      .inputs = {{"x", kNumeric, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", like("x")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 13, .emit = emit},
      .samples = [] { return binary_samples(-2, 2, 0.5, 1.5); },
      .rejects = reject_unlike_operands,
  };
}

}  // namespace lepton::ops
