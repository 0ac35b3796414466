// cumsum: running sums along an axis.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(normalize_axis(c.attributes.integer("axis"), c.shape(0).rank(), c.op.name));
  return infer_like_first(c);
}

// An element counts in all sums from its place on, so its gradient is the running sum from the other end.
std::vector<Value> gradient(const RuleContext& c) {
  const Attributes& a = c.attributes;
  return {cumsum(c.grads[0], a.integer("axis"), {.exclusive = a.flag("exclusive"), .reverse = !a.flag("reverse")})};
}

void emit(OnnxEmitter& e) {
  const Attributes& a = e.attributes();
  const std::string axis = e.constant(Tensor::from<std::int64_t>({a.integer("axis")}, {}));
  e.output(
      0, onnx_node(e, "CumSum", {e.input(0), axis}, {{"exclusive", a.flag("exclusive") ? 1 : 0}, {"reverse", a.flag("reverse") ? 1 : 0}}));
}

std::vector<Sample> samples() {
  std::vector<Sample> all = {{{{{5}}}, {{"axis", 0}}}, {{{{0, 3}}}}, {{{{2, 4}, -9, 9, DType::kI32}}, {{"axis", 1}}}};
  for (const bool exclusive : {false, true}) {
    for (const bool reverse : {false, true}) all.push_back({{{{3, 4, 2}}}, {{"axis", 1}, {"exclusive", exclusive}, {"reverse", reverse}}});
  }
  return all;
}

std::vector<Reject> rejects() { return {{{{{{2, 3}}}, {{"axis", 2}}}, ErrorCode::kInvalidArgument}}; }

}  // namespace

OpDef cumsum_op() {
  return {
      .name = "cumsum",
      .family = Family::kReduction,
      .since = 1,
      .summary = "Running sums along an axis, from the front or in reverse, with or without the element itself.",
      .formula = "y[i] = sum of x[j] over j <= i (exclusive: j < i; reverse: from the end)",
      .inputs = {{"x", kNumeric, "at least 1 axis"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"axis", std::int64_t{-1}, any_value, "axis along which to sum"},
                     {"exclusive", false, any_value, "leave the element itself out"},
                     {"reverse", false, any_value, "sum from the end"}},
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 14, .emit = emit},
      .samples = samples,
      .rejects = rejects,
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
