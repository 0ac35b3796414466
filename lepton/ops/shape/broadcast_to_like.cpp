// broadcast_to_like: repeats x along axes until it has the shape of another tensor.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const auto joined = broadcast(c.shape(0), c.shape(1));
  if (!joined || *joined != c.shape(1))
    return c.error(ErrorCode::kShapeMismatch, "x must broadcast to the shape of 'like' ({} to {})", c.shape(0), c.shape(1));
  return std::vector<Shape>{c.shape(1)};
}

void emit(OnnxEmitter& e) { e.output(0, e.node("Expand", {e.input(0), e.node("Shape", {e.input(1)}, {})[0]}, {})[0]); }

}  // namespace

OpDef broadcast_to_like_op() {
  return {
      .name = "broadcast_to_like",
      .family = Family::kShape,
      .since = 1,
      .summary = "Repeats x along axes until it has the shape of 'like'.",
      .inputs = {{"x", kAnyDtype, "broadcasts to like"},
                 {.name = "like", .dtype = kAnyDtype, .doc = "gives the shape", .shape_only = true}},
      .outputs = {{"y", like("x")}},
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{sum_to_like(c.grads[0], c.inputs[0]), Value()};
          },
      .traits = kView,
      .onnx = {.opset = 8, .emit = emit},
      .samples =
          [] {
            return std::vector<Sample>{{{{{3, 1}}, {{2, 3, 4}}}}, {{{{}}, {{5}}}}, {{{{4}}, {{4}}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 3}}, {{2, 1}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
