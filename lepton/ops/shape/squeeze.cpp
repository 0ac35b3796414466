// squeeze: removes axes of size 1.
#include <algorithm>

#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape& x = c.shape(0);
  std::vector<bool> removed(static_cast<std::size_t>(x.rank()), false);
  for (const std::int64_t axis : c.attributes.integers("axes")) {
    LEPTON_TRY(const int place, normalize_axis(axis, x.rank(), c.op.name));
    if (x[place] != 1) return c.error(ErrorCode::kShapeMismatch, "axis {} must have size 1 (x {})", axis, x);
    removed[static_cast<std::size_t>(place)] = true;
  }
  Dims dims;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (!removed[static_cast<std::size_t>(axis)]) dims.push_back(x[axis]);
  }
  return std::vector<Shape>{Shape(std::move(dims))};
}

void emit(OnnxEmitter& e) {
  const auto& axes = e.attributes().integers("axes");
  e.output(0, e.node("Squeeze", {e.input(0), e.constant(Tensor::from(axes, {static_cast<std::int64_t>(axes.size())}))}, {})[0]);
}

}  // namespace

OpDef squeeze_op() {
  return {
      .name = "squeeze",
      .family = Family::kShape,
      .since = 1,
      .summary = "Removes axes of size 1.",
      .inputs = {{"x", kAnyDtype, "size 1 along axes"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"axes", std::vector<std::int64_t>{}, any_value, "axes to remove; negative ones count from the end", true}},
      .infer = infer,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{reshape_like(c.grads[0], c.inputs[0])}; },
      .traits = kView,
      .onnx = {.opset = 13, .emit = emit},
      .samples =
          [] {
            return std::vector<Sample>{{{{{3, 1, 4, 1}}}, {{"axes", {1, -1}}}}, {{{{1}}}, {{"axes", {0}}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 3}}}, {{"axes", {0}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
