// sum: adds elements along axes.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

// The gradient of each summand is that of the sum; `keep_reduced_axes` puts the folded axes back as 1 so that it broadcasts.
std::vector<Value> gradient(const RuleContext& c) {
  return {broadcast_to_like(keep_reduced_axes(c.grads[0], c.inputs[0], c.attributes), c.inputs[0])};
}

std::vector<Sample> samples() {
  return {{{{{3, 4, 5}}}},
          {{{{3, 4, 5}}}, {{"axes", {1}}}},
          {{{{3, 4, 5}}}, {{"axes", {0, -1}}, {"keepdims", true}}},
          {{{{}}}},
          {{{{0, 3}}}, {{"axes", {0}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}}, {{"axes", {2}}}}, ErrorCode::kInvalidArgument}, {{{{{2, 3}}}, {{"axes", {0, 0}}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) { emit_reduction(e, "ReduceSum"); }

}  // namespace

OpDef sum_op() {
  return {
      .name = "sum",
      .family = Family::kReduction,
      .since = 1,
      .summary = "Sums elements along axes.",
      .formula = "y = sum over axes of x",
      .inputs = {{"x", kNumeric, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = reduction_attributes(),
      .infer = infer_reduction,
      .gradient = gradient,
      .traits = kReduction,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
