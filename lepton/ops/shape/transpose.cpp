// transpose: permutes the axes.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const auto& permutation = c.attributes.integers("permutation");
  const Shape& x = c.shape(0);
  std::vector<bool> seen(static_cast<std::size_t>(x.rank()), false);
  Dims dims;
  for (const std::int64_t axis : permutation) {
    if (axis < 0 || axis >= x.rank() || seen[static_cast<std::size_t>(axis)]) break;
    seen[static_cast<std::size_t>(axis)] = true;
    dims.push_back(x[static_cast<int>(axis)]);
  }
  if (dims.size() != permutation.size() || static_cast<int>(dims.size()) != x.rank()) {
    return c.error(ErrorCode::kInvalidArgument, "permutation must name each of the {} axes once (permutation {})", x.rank(),
                   Attribute(permutation).to_string());
  }
  return std::vector<Shape>{Shape(std::move(dims))};
}

std::vector<Value> gradient(const RuleContext& c) {
  const auto& permutation = c.attributes.integers("permutation");
  std::vector<std::int64_t> inverse(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) inverse[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
  return {transpose(c.grads[0], inverse)};
}

std::vector<Sample> samples() {
  return {{{{{3, 4}}}, {{"permutation", {1, 0}}}},
          {{{{2, 3, 4, 5}}}, {{"permutation", {0, 2, 3, 1}}}},
          {{{{}}}, {{"permutation", std::vector<std::int64_t>{}}}}};
}

void emit(OnnxEmitter& e) { e.output(0, e.node("Transpose", {e.input(0)}, {{"perm", e.attributes().integers("permutation")}})[0]); }

}  // namespace

OpDef transpose_op() {
  return {
      .name = "transpose",
      .family = Family::kShape,
      .since = 1,
      .summary = "Permutes the axes.",
      .formula = "axis i of y is axis permutation[i] of x",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"permutation", std::vector<std::int64_t>{}, any_value, "for each axis of the result, the axis of x", true}},
      .infer = infer,
      .gradient = gradient,
      .traits = kView,
      .onnx = {.opset = 1, .emit = emit},
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 3}}}, {{"permutation", {0, 0}}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
