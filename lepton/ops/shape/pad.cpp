// pad: adds elements around x: a constant, the edge, or a reflection.
#include "lepton/ops/internal/rearrangement_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

std::vector<Sample> samples() {
  return {{{{{5}}}, {{"pads", {2, 1}}}},
          {{{{2, 3}}}, {{"pads", {0, 1, 3, 2}}, {"value", 1.5}}},
          {{{{4, 5}}}, {{"pads", {2, 4, 1, 3}}, {"mode", "reflect"}}},
          {{{{3, 2}}}, {{"pads", {1, 5, 2, 0}}, {"mode", "edge"}}},
          {{{{2, 3, 4}}}, {{"pads", {0, 1, 0, 0, 0, 2}}}},
          {{{{0, 2}}}, {{"pads", {1, 1, 1, 1}}}},
          {{{{}}}, {{"pads", std::vector<std::int64_t>{}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{4}}}, {{"pads", {1}}}}, ErrorCode::kInvalidArgument},
          {{{{{4}}}, {{"pads", {-1, 0}}}}, ErrorCode::kInvalidArgument},
          {{{{{4}}}, {{"pads", {4, 0}}, {"mode", "reflect"}}}, ErrorCode::kInvalidArgument},
          {{{{{4}}}, {{"pads", {1, 0}}, {"mode", "circle"}}}, ErrorCode::kInvalidArgument},
          {{{{{0}}}, {{"pads", {1, 0}}, {"mode", "edge"}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) {
  const Attributes& a = e.attributes();
  e.output(0, onnx_node(e, "Pad", {e.input(0), onnx_list(e, a.integers("pads")), onnx_scalar(e, a.number("value"))},
                        {{"mode", a.text("mode")}}));
}

}  // namespace

OpDef pad_op() {
  return {
      .name = "pad",
      .family = Family::kShape,
      .since = 1,
      .summary = "Adds elements around x: a constant, the edge, or a reflection.",
      .formula = "y[i] = x[place(i - before)], or value outside",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = pad_attributes(),
      .infer = infer_rearranged<Rearrangement::kPad>,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("pad_gradient", {c.grads[0], c.inputs[0]}, c.attributes)};
          },
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
