// instance_norm: normalises each channel of each sample over its positions.
#include "lepton/ops/internal/feature_rules.hpp"
#include "lepton/ops/normalization.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape& x = c.shape(0);
  if (x.rank() < 3 || x.num_elements() == 0)
    return c.error(ErrorCode::kShapeMismatch, "x must be [N, C, positions…] and not empty (x {})", x);
  for (std::size_t i = 1; i <= 2; ++i) {
    if (c.present(i) && c.shape(i) != Shape{x[1]}) {
      return c.error(ErrorCode::kShapeMismatch, "'{}' must have one value for each of the {} channels (got {})", c.op.inputs[i].name, x[1],
                     c.shape(i));
    }
  }
  return std::vector<Shape>{x};
}

std::vector<Value> body(const RuleContext& c) {
  const Value& x = c.inputs[0];
  std::vector<std::int64_t> positions;
  for (int axis = 2; axis < x.rank(); ++axis) positions.push_back(axis);
  const Value y = standardized(x, positions, c.attributes.number("epsilon"));
  return {scaled_channels(y, c.inputs.size() > 1 ? c.inputs[1] : Value(), c.inputs.size() > 2 ? c.inputs[2] : Value())};
}

std::vector<Sample> samples() {
  return {{{{{2, 3, 4}}, {{3}}, {{3}}}}, {{{{2, 2, 3, 3}}, {{2}}, {{2}}}, {{"epsilon", 1e-5}}}, {{{{1, 2, 4}}}, {}, "no scale, no offset"}};
}

}  // namespace

OpDef instance_norm_op() {
  return {
      .name = "instance_norm",
      .family = Family::kNormalization,
      .since = 1,
      .summary = "Normalises each channel of each sample by mean and biased variance over its positions.",
      .formula = "y = scale * (x - mean) / sqrt(variance + epsilon) + offset",
      .source = "Ulyanov, Vedaldi & Lempitsky 2016",
      .inputs = {{"x", kFloats, "[N, C, positions…]"},
                 {.name = "scale", .dtype = like("x"), .doc = "[C]", .optional = true},
                 {.name = "offset", .dtype = like("x"), .doc = "[C]", .optional = true}},
      .outputs = {{"y", like("x"), "as x"}},
      .attributes = {{"epsilon", 1e-3, positive, "added to the variance"}},
      .infer = infer,
      .body = body,
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 6}}}}, ErrorCode::kShapeMismatch}, {{{{{2, 3, 4}}, {{4}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 2e-5, .grad = 1e-5},
  };
}

}  // namespace lepton::ops
