// max_pool: the largest value of each window.
#include "lepton/ops/internal/pool_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(Shape y, pool_output_shape(c, c.shape(0)));
  return std::vector<Shape>{std::move(y)};
}

std::vector<Value> gradient(const RuleContext& c) {
  return {call<Value>("max_pool_gradient", {c.inputs[0], c.outputs[0], c.grads[0]}, c.attributes)};
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const PoolCase& one : pool_cases(false)) all.push_back({{distinct_values(one.x)}, one.attributes});
  return all;
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}}, {{"window", {2}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 1, 2, 2}}}, {{"window", {3, 3}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 1, 4, 4}}}, {{"window", {2}}}}, ErrorCode::kShapeMismatch},
          {{{{{1, 1, 4, 4}}}, {{"window", {0, 2}}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) {
  e.output(0, e.node("MaxPool", {e.input(0)}, onnx_window(e.attributes(), e.attributes().integers("window")))[0]);
}

}  // namespace

OpDef max_pool_op() {
  return {
      .name = "max_pool",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Largest value of each window; padding never wins, NaN does.",
      .formula = "y[n, c, p] = max over k of x[n, c, p * stride + k * dilation - pad]",
      .inputs = {{"x", kFloats, "[N, C, spatial…]"}},
      .outputs = {{"y", like("x"), "[N, C, spatial…]"}},
      .attributes = pool_attributes(false),
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 12, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
