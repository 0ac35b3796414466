// reshape: the same elements in another shape; 0 keeps an axis of x, -1 is what remains.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape& x = c.shape(0);
  Dims dims = c.attributes.integers("shape");
  std::int64_t known = 1;
  int free_axis = -1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0) {
      if (static_cast<int>(i) >= x.rank()) return c.error(ErrorCode::kInvalidArgument, "0 keeps an axis that x does not have (x {})", x);
      dims[i] = x[static_cast<int>(i)];
    }
    if (dims[i] == -1 && free_axis < 0) {
      free_axis = static_cast<int>(i);
    } else if (dims[i] < 0) {
      return c.error(ErrorCode::kInvalidArgument, "sizes must be positive, 0, or -1 once (size {})", dims[i]);
    } else {
      known *= dims[i];
    }
  }
  if (free_axis >= 0 && known > 0 && x.num_elements() % known == 0) dims[static_cast<std::size_t>(free_axis)] = x.num_elements() / known;
  const Shape result(std::move(dims));
  if (result.has_any_dim() || result.num_elements() != x.num_elements()) {
    return c.error(ErrorCode::kShapeMismatch, "cannot give {} elements the shape {} (x {})", x.num_elements(),
                   Shape(c.attributes.integers("shape")), x);
  }
  return std::vector<Shape>{result};
}

std::vector<Sample> samples() {
  return {{{{{2, 6}}}, {{"shape", {3, 4}}}},
          {{{{2, 3, 4}}}, {{"shape", {0, -1}}}},
          {{{{}}}, {{"shape", {1, 1}}}},
          {{{{4}}}, {{"shape", {2, 1, 2}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}}, {{"shape", {4, 2}}}}, ErrorCode::kShapeMismatch},
          {{{{{2, 3}}}, {{"shape", {-1, -1}}}}, ErrorCode::kInvalidArgument},
          {{{{{2, 3}}}, {{"shape", {1, 1, 0, -1}}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) {
  const auto& shape = e.attributes().integers("shape");
  e.output(0, e.node("Reshape", {e.input(0), e.constant(Tensor::from(shape, {static_cast<std::int64_t>(shape.size())}))}, {})[0]);
}

}  // namespace

OpDef reshape_op() {
  return {
      .name = "reshape",
      .family = Family::kShape,
      .since = 1,
      .summary = "The same elements, in row-major order, in another shape.",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"shape", std::vector<std::int64_t>{}, any_value, "sizes; 0 keeps the axis of x, one -1 is what remains", true}},
      .infer = infer,
      .gradient = [](const RuleContext& c) { return std::vector<Value>{reshape_like(c.grads[0], c.inputs[0])}; },
      .traits = kView,
      .onnx = {.opset = 5, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
