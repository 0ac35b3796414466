// softmax_cross_entropy: cross-entropy of class distributions, from logits.
#include "lepton/ops/activation.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape& x = c.shape(0);
  if (x != c.shape(1)) return c.error(ErrorCode::kShapeMismatch, "logits and target must have equal shapes ({} and {})", x, c.shape(1));
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), x.rank(), c.op.name));
  Dims dims = x.dims();
  dims.erase(dims.begin() + axis);
  return std::vector<Shape>{Shape(std::move(dims))};
}

std::vector<Value> body(const RuleContext& c) {
  const std::int64_t axis = c.attributes.integer("axis");
  return {neg(sum(mul(c.inputs[1], log_softmax(c.inputs[0], axis)), {.axes = {axis}}))};
}

}  // namespace

OpDef softmax_cross_entropy_op() {
  return {
      .name = "softmax_cross_entropy",
      .family = Family::kLoss,
      .since = 1,
      .summary = "Cross-entropy between target probabilities and the softmax of logits.",
      .formula = "loss = -sum over classes of target * log softmax(logits)",
      .source = "Bridle 1990",
      .inputs = {{"logits", kFloats, "any shape"}, {"target", like("logits"), "as logits; usually sums to 1 along axis"}},
      .outputs = {{"loss", like("logits"), "without axis"}},
      .attributes = {{"axis", -1, any_value, "axis of the classes"}},
      .infer = infer,
      .body = body,
      .samples =
          [] {
            return std::vector<Sample>{
                {{{{4, 5}}, {{4, 5}, 0, 1}}}, {{{{2, 3, 4}}, {{2, 3, 4}, 0, 1}}, {{"axis", 1}}}, {{{{3}, -40, 40}, {{3}, 0, 1}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 3}}, {{2, 4}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
