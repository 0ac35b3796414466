// cast: converts to another dtype.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) {
  const Value& x = c.inputs[0];
  return {is_float(x.dtype()) ? cast(c.grads[0], x.dtype()) : Value()};
}

void emit(OnnxEmitter& e) { e.output(0, onnx_node(e, "Cast", {e.input(0)}, {{"to", e.attributes().dtype("dtype")}})); }

std::vector<Sample> samples() {
  return {{{{{3, 4}}}, {{"dtype", DType::kF64}}},
          {{{{7}, -3, 300}}, {{"dtype", DType::kI32}}},
          {{{{7}, -3, 300}}, {{"dtype", DType::kU8}}},
          {{{{5}, -2, 2, DType::kI64}}, {{"dtype", DType::kBool}}},
          {{{{5}, 0, 2, DType::kBool}}, {{"dtype", DType::kF64}}},
          {{{{5}, -9, 9, DType::kI8}}, {{"dtype", DType::kF16}}},
          {{{{0, 2}}}, {{"dtype", DType::kI64}}},
          {{{{}}}, {{"dtype", DType::kF64}}}};
}

std::vector<Reject> rejects() { return {{{{{{2}}}}, ErrorCode::kInvalidArgument}}; }

}  // namespace

OpDef cast_op() {
  return {
      .name = "cast",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Converts each element: floats truncate to integers and saturate, NaN becomes 0, integers wrap, bool is not 0.",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", from_attribute("dtype")}},
      .attributes = {{"dtype", DType::kF32, any_value, "dtype of the result", true}},
      .infer = infer_like_first,
      .gradient = gradient,
      .traits = kElementwise | kLayoutAgnostic,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
