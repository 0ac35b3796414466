// resize_gradient: adds each element's gradient to the elements it was interpolated from.
#include "lepton/ops/internal/resize_rules.hpp"
#include "lepton/ops/pooling.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape y, resize_output_shape(c, c.shape(1)));
  if (y != c.shape(0)) return c.error(ErrorCode::kShapeMismatch, "g must have the shape of the resized x ({}, got {})", y, c.shape(0));
  return std::vector<Shape>{c.shape(1)};
}

}  // namespace

OpDef resize_gradient_op() {
  return {
      .name = "resize_gradient",
      .family = Family::kPooling,
      .since = 1,
      .summary = "Gradient of resize.",
      .formula = "dx[n, c, place(p, t)] += weight(p, t) * g[n, c, p]",
      .inputs = {{"g", kFloats, "as the resized x"},
                 {.name = "like", .dtype = like("g"), .doc = "[N, C, spatial…], gives the shape", .shape_only = true}},
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = resize_attributes(),
      .infer = infer,
      // Linear in g, and the transpose of resize.
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("resize", {c.grads[0]}, c.attributes), Value()};
          },
      .samples =
          [] {
            std::vector<Sample> all;
            for (const ResizeCase& one : resize_cases()) all.push_back({{{one.y}, {one.x}}, one.attributes});
            return all;
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{1, 1, 3}}, {{1, 1, 2}}}, {{"sizes", {4}}}}, ErrorCode::kShapeMismatch}};
          },
  };
}

}  // namespace lepton::ops
