// sum_to_like: sums x over the axes along which another tensor would broadcast to it.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const auto joined = broadcast(c.shape(0), c.shape(1));
  if (!joined || *joined != c.shape(0))
    return c.error(ErrorCode::kShapeMismatch, "'like' must broadcast to the shape of x ({} to {})", c.shape(1), c.shape(0));
  return std::vector<Shape>{c.shape(1)};
}

}  // namespace

OpDef sum_to_like_op() {
  return {
      .name = "sum_to_like",
      .family = Family::kReduction,
      .since = 1,
      .summary = "Sums x over the axes along which 'like' would broadcast to it: the gradient of broadcasting.",
      .inputs = {{"x", kNumeric, "any shape"}, {.name = "like", .dtype = kAnyDtype, .doc = "gives the shape", .shape_only = true}},
      .outputs = {{"y", like("x")}},
      .infer = infer,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{broadcast_to_like(c.grads[0], c.inputs[0]), Value()};
          },
      .traits = kReduction,
      .samples =
          [] {
            return std::vector<Sample>{{{{{2, 3, 4}}, {{3, 1}}}}, {{{{5}}, {{}}}}, {{{{4}}, {{4}}}}, {{{{0, 2}}, {{2}}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 1}}, {{2, 3}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
