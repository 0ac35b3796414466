// gather_nd_gradient: adds slices into zeros at the places from which gather_nd picked them.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/gather_rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape shape, tuple_gathered_shape(c, c.shape(2), c.attributes.integer("batch_dims")));
  if (shape != c.shape(0)) return c.error(ErrorCode::kShapeMismatch, "g must have the shape {} (got {})", shape, c.shape(0));
  return std::vector<Shape>{c.shape(2)};
}

// Linear in g, and the transpose of gather_nd.
std::vector<Value> gradient(const RuleContext& c) {
  return {call<Value>("gather_nd", {c.grads[0], c.inputs[1]}, c.attributes), Value(), Value()};
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const GatherCase& one : tuple_gather_cases()) all.push_back({{{one.y}, one.indices, {one.x}}, one.attributes});
  return all;
}

}  // namespace

OpDef gather_nd_gradient_op() {
  return {
      .name = "gather_nd_gradient",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Gradient of gather_nd: adds each slice into zeros at the place that its tuple names.",
      .formula = "dx[b, indices[b, i, 0], …, k] += g[b, i, k]",
      .inputs = {{"g", kNumeric, "as the result of gather_nd"},
                 {"indices", kIndices, "[batch…, places…, depth]"},
                 {.name = "like", .dtype = kAnyDtype, .doc = "gives the shape of x", .shape_only = true}},
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = {{"batch_dims", std::int64_t{0}, non_negative, "leading axes that x and indices share"}},
      .infer = infer,
      .gradient = gradient,
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{5}}, {{4, 1}, 0, 2, DType::kI64}, {{2, 3}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
