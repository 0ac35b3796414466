// axis_size: how many elements lie along axes, as a scalar; means divide by it without reading a size while building.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  for (const std::int64_t axis : c.attributes.integers("axes")) {
    LEPTON_TRY([[maybe_unused]] const int place, normalize_axis(axis, c.shape(0).rank(), c.op.name));
  }
  return std::vector<Shape>{Shape{}};
}

void emit(OnnxEmitter& e) {
  const auto& axes = e.attributes().integers("axes");
  std::string size;
  if (axes.empty()) {
    size = e.node("Size", {e.input(0)}, {})[0];
  } else {
    const std::string places = e.constant(Tensor::from(axes, {static_cast<std::int64_t>(axes.size())}));
    const std::string sizes = e.node("Gather", {e.node("Shape", {e.input(0)}, {})[0], places}, {})[0];
    size = e.node("ReduceProd", {sizes}, {{"keepdims", 0}})[0];
  }
  e.output(0, e.node("Cast", {size}, {{"to", e.output_type(0).dtype}})[0]);
}

}  // namespace

OpDef axis_size_op() {
  return {
      .name = "axis_size",
      .family = Family::kShape,
      .since = 1,
      .summary = "Number of elements along axes as a scalar of x's dtype.",
      .formula = "n = product of the sizes of x along axes",
      .inputs = {{.name = "x", .dtype = kNumeric, .doc = "any shape", .shape_only = true}},
      .outputs = {{"n", like("x")}},
      .attributes = {{"axes", std::vector<std::int64_t>{}, any_value, "axes to count; empty means all"}},
      .infer = infer,
      .not_differentiable = "depends on the shape only",
      .traits = kConstantTrait,
      .onnx = {.opset = 18, .emit = emit},
      .samples =
          [] {
            return std::vector<Sample>{{{{{2, 3, 4}}}, {{"axes", {0, 2}}}}, {{{{2, 3}}}}, {{{{}}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2}}}, {{"axes", {1}}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
