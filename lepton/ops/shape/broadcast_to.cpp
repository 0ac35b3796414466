// broadcast_to: repeats x along axes until it has a given shape.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape& x = c.shape(0);
  Dims dims = c.attributes.integers("shape");
  const auto first = static_cast<std::int64_t>(dims.size()) - x.rank();
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(i) - first;
    if (dims[i] == -1 && axis >= 0) dims[i] = x[static_cast<int>(axis)];
    if (dims[i] < 0)
      return c.error(ErrorCode::kInvalidArgument, "sizes must not be negative, and -1 keeps an axis of x (size {})", dims[i]);
  }
  const Shape to(std::move(dims));
  const auto joined = broadcast(x, to);
  if (!joined || *joined != to) return c.error(ErrorCode::kShapeMismatch, "x does not broadcast to that shape ({} to {})", x, to);
  return std::vector<Shape>{to};
}

void emit(OnnxEmitter& e) {
  std::vector<std::int64_t> sizes = e.attributes().integers("shape");
  for (std::int64_t& size : sizes) size = size == -1 ? 1 : size;  // Expand keeps what is larger
  e.output(0, onnx_node(e, "Expand", {e.input(0), e.constant(Tensor::from(sizes, {static_cast<std::int64_t>(sizes.size())}))}));
}

}  // namespace

OpDef broadcast_to_op() {
  return {
      .name = "broadcast_to",
      .family = Family::kShape,
      .since = 1,
      .summary = "Repeats x along axes until it has a given shape.",
      .inputs = {{"x", kAnyDtype, "broadcasts to the shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"shape", std::vector<std::int64_t>{}, any_value, "sizes; -1 keeps the axis of x", true}},
      .infer = infer,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{sum_to_like(c.grads[0], c.inputs[0])}; },
      .traits = kView,
      .onnx = {.opset = 13, .emit = emit},
      .samples =
          [] {
            return std::vector<Sample>{
                {{{{3, 1}}}, {{"shape", {2, 3, 4}}}}, {{{{}}}, {{"shape", {5}}}}, {{{{4, 1}}}, {{"shape", {-1, 2}}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 3}}}, {{"shape", {2, 1}}}}, ErrorCode::kShapeMismatch},
                                       {{{{{3}}}, {{"shape", {-1, 3}}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
