// adaptive_max_pool: largest values over windows that are laid out for a given size of the result.
#include "lepton/ops/internal/adaptive_pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(Shape y, adaptive_pool_output_shape(c, c.shape(0)));
  return std::vector<Shape>{std::move(y)};
}

// ONNX has no such operator. The axes can be pooled one after another: each window is a Slice folded by ReduceMax.
void emit(OnnxEmitter& e) {
  const Shape& x = e.input_type(0).shape;
  const auto numbers = [&](std::int64_t value) { return e.constant(Tensor::from<std::int64_t>({value}, {1})); };
  std::string pooled = e.input(0);
  for (int axis = 2; axis < x.rank(); ++axis) {
    const std::int64_t in = x[axis], out = e.output_type(0).shape[axis];
    if (in == kAnyDim && out != 1) fail(ErrorCode::kUnsupported, "adaptive_max_pool: ONNX needs the sizes of the spatial axes");
    const std::string axes = numbers(axis);
    std::vector<std::string> parts;
    for (std::int64_t o = 0; o < out; ++o) {
      std::string part = pooled;
      if (out != 1) part = e.node("Slice", {pooled, numbers(o * in / out), numbers(((o + 1) * in + out - 1) / out), axes}, {})[0];
      parts.push_back(e.node("ReduceMax", {part, axes}, {{"keepdims", 1}})[0]);
    }
    pooled = parts.size() == 1 ? parts[0] : e.node("Concat", parts, {{"axis", axis}})[0];
  }
  e.output(0, pooled);
}

}  // namespace

OpDef adaptive_max_pool_op() {
  return {
      .name = "adaptive_max_pool",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Largest values over windows that are laid out for a given size of the result; NaN wins.",
      .formula = "y[p] = max of x[floor(p * in / out) … ceil((p + 1) * in / out) - 1] along each spatial axis",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"}},
      .outputs = {{"y", like("x"), "[N, C, output_size…]"}},
      .attributes = adaptive_pool_attributes(),
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("adaptive_max_pool_gradient", {c.inputs[0], c.grads[0]}, c.attributes)};
          },
      .onnx = {.opset = 18, .emit = emit},
      .samples =
          [] {
            std::vector<Sample> all;
            for (const PoolCase& one : adaptive_pool_cases()) all.push_back({{distinct_values(one.x)}, one.attributes});
            return all;
          },
      .rejects = adaptive_pool_rejects,
  };
}

}  // namespace lepton::ops
