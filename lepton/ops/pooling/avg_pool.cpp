// avg_pool: the mean of each window.
#include "lepton/ops/internal/pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(Shape y, pool_output_shape(c, c.shape(0)));
  return std::vector<Shape>{std::move(y)};
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const PoolCase& one : pool_cases(true)) all.push_back({{{one.x}}, one.attributes});
  return all;
}

void emit(OnnxEmitter& e) {
  Attributes attributes = onnx_window(e.attributes(), e.attributes().integers("window"));
  attributes.set("count_include_pad", e.attributes().flag("count_include_pad") ? 1 : 0);
  e.output(0, e.node("AveragePool", {e.input(0)}, attributes)[0]);
}

}  // namespace

OpDef avg_pool_op() {
  return {
      .name = "avg_pool",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Mean of each window; padding counts only with count_include_pad.",
      .formula = "y[n, c, p] = mean over k of x[n, c, p * stride + k * dilation - pad]",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"}},
      .outputs = {{"y", like("x"), "[N, C, spatial…]"}},
      .attributes = pool_attributes(true),
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("avg_pool_gradient", {c.grads[0], c.inputs[0]}, c.attributes)};
          },
      .onnx = {.opset = 19, .emit = emit},
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{1, 1, 2}}}, {{"window", {3}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
