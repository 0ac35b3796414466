// adaptive_avg_pool: means over windows that are laid out for a given size of the result.
#include "lepton/ops/internal/adaptive_pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(Shape y, adaptive_pool_output_shape(c, c.shape(0)));
  return std::vector<Shape>{std::move(y)};
}

// The matrix [in, out] that averages one axis.
Tensor averages(DType dtype, std::int64_t in, std::int64_t out) {
  const Tensor matrix = Tensor::full(DType::kF64, {in, out}, 0);
  for (std::int64_t o = 0; o < out; ++o) {
    const std::int64_t begin = o * in / out, end = ((o + 1) * in + out - 1) / out;
    for (std::int64_t i = begin; i < end; ++i) matrix.data<double>()[i * out + o] = 1.0 / static_cast<double>(end - begin);
  }
  return matrix.cast(dtype);
}

// ONNX has no such operator: the axes' matrices are multiplied in by one Einsum.
void emit(OnnxEmitter& e) {
  const Shape& x = e.input_type(0).shape;
  std::string left = "nc", result = "nc", matrices;
  std::vector<std::string> inputs = {e.input(0)};
  for (int axis = 2; axis < x.rank(); ++axis) {
    if (x[axis] == kAnyDim) fail(ErrorCode::kUnsupported, "adaptive_avg_pool: ONNX needs the sizes of the spatial axes");
    const char from = static_cast<char>('h' + axis), to = static_cast<char>('p' + axis);
    left += from;
    result += to;
    matrices += std::string(",") + from + to;
    inputs.push_back(e.constant(averages(e.input_type(0).dtype, x[axis], e.output_type(0).shape[axis])));
  }
  e.output(0, e.node("Einsum", inputs, {{"equation", left + matrices + "->" + result}})[0]);
}

}  // namespace

OpDef adaptive_avg_pool_op() {
  return {
      .name = "adaptive_avg_pool",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Means over windows that are laid out for a given size of the result.",
      .formula = "y[p] = mean of x[floor(p * in / out) … ceil((p + 1) * in / out) - 1] along each spatial axis",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"}},
      .outputs = {{"y", like("x"), "[N, C, output_size…]"}},
      .attributes = adaptive_pool_attributes(),
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("adaptive_avg_pool_gradient", {c.grads[0], c.inputs[0]}, c.attributes)};
          },
      .onnx = {.opset = 12, .emit = emit},
      .samples =
          [] {
            std::vector<Sample> all;
            for (const PoolCase& one : adaptive_pool_cases()) all.push_back({{{one.x}}, one.attributes});
            return all;
          },
      .rejects = adaptive_pool_rejects,
  };
}

}  // namespace lepton::ops
