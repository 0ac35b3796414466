// reshape_like: the same elements in the shape of another tensor.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  if (c.shape(0).num_elements() != c.shape(1).num_elements()) {
    return c.error(ErrorCode::kShapeMismatch, "x and 'like' must have equally many elements ({} and {})", c.shape(0), c.shape(1));
  }
  return std::vector<Shape>{c.shape(1)};
}

void emit(OnnxEmitter& e) { e.output(0, e.node("Reshape", {e.input(0), e.node("Shape", {e.input(1)}, {})[0]}, {})[0]); }

}  // namespace

OpDef reshape_like_op() {
  return {
      .name = "reshape_like",
      .family = Family::kShape,
      .since = 1,
      .summary = "The elements of x in the shape of 'like'.",
      .inputs = {{"x", kAnyDtype, "any shape"}, {.name = "like", .dtype = kAnyDtype, .doc = "gives the shape", .shape_only = true}},
      .outputs = {{"y", like("x")}},
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{reshape_like(c.grads[0], c.inputs[0]), Value()};
          },
      .traits = kView,
      .onnx = {.opset = 5, .emit = emit},
      .samples =
          [] {
            return std::vector<Sample>{{{{{2, 6}}, {{3, 4}}}}, {{{{1, 1}}, {{}}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 3}}, {{7}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
