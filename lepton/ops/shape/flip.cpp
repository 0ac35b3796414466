// flip: reverses the order along axes.
#include <limits>

#include "lepton/ops/internal/rearrangement_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

std::vector<Sample> samples() {
  return {{{{{6}}}}, {{{{3, 4}}}, {{"axes", {-1}}}}, {{{{2, 3, 4}}}, {{"axes", {0, 2}}}}, {{{{0, 2}}}}, {{{{}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{4}}}, {{"axes", {1}}}}, ErrorCode::kInvalidArgument}, {{{{{4}}}, {{"axes", {0, 0}}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) {
  std::vector<std::int64_t> axes = e.attributes().integers("axes");
  if (axes.empty()) {
    for (int axis = 0; axis < e.input_type(0).shape.rank(); ++axis) axes.push_back(axis);
  }
  if (axes.empty()) return e.output(0, onnx_node(e, "Identity", {e.input(0)}));
  // From the last element to before the first.
  const std::vector<std::int64_t> starts(axes.size(), -1), ends(axes.size(), std::numeric_limits<std::int64_t>::min()),
      steps(axes.size(), -1);
  e.output(0, onnx_node(e, "Slice", {e.input(0), onnx_list(e, starts), onnx_list(e, ends), onnx_list(e, axes), onnx_list(e, steps)}));
}

}  // namespace

OpDef flip_op() {
  return {
      .name = "flip",
      .family = Family::kShape,
      .since = 1,
      .summary = "Reverses the order along axes.",
      .formula = "y[i] = x[size - 1 - i]",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"axes", std::vector<std::int64_t>{}, any_value, "axes to reverse; empty means all"}},
      .infer = infer_rearranged<Rearrangement::kFlip>,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{call<Value>("flip", {c.grads[0]}, c.attributes)}; },
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
