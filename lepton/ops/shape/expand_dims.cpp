// expand_dims: inserts axes of size 1.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const auto& axes = c.attributes.integers("axes");
  const int rank = c.shape(0).rank() + static_cast<int>(axes.size());
  std::vector<bool> inserted(static_cast<std::size_t>(rank), false);
  for (const std::int64_t axis : axes) {
    LEPTON_TRY(const int place, normalize_axis(axis, rank, c.op.name));
    if (inserted[static_cast<std::size_t>(place)]) return c.error(ErrorCode::kInvalidArgument, "axis {} is named twice", axis);
    inserted[static_cast<std::size_t>(place)] = true;
  }
  Dims dims;
  int next = 0;
  for (const bool is_new : inserted) dims.push_back(is_new ? 1 : c.shape(0)[next++]);
  return std::vector<Shape>{Shape(std::move(dims))};
}

std::vector<Sample> samples() { return {{{{{3, 4}}}, {{"axes", {0, -1}}}}, {{{{}}}, {{"axes", {0}}}}, {{{{2, 3}}}, {{"axes", {1}}}}}; }

void emit(OnnxEmitter& e) {
  const auto& axes = e.attributes().integers("axes");
  e.output(0, e.node("Unsqueeze", {e.input(0), e.constant(Tensor::from(axes, {static_cast<std::int64_t>(axes.size())}))}, {})[0]);
}

}  // namespace

OpDef expand_dims_op() {
  return {
      .name = "expand_dims",
      .family = Family::kShape,
      .since = 1,
      .summary = "Inserts axes of size 1.",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"axes", std::vector<std::int64_t>{}, any_value, "places of the new axes in the result", true}},
      .infer = infer,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{reshape_like(c.grads[0], c.inputs[0])}; },
      .traits = kView,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2}}}, {{"axes", {5}}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
