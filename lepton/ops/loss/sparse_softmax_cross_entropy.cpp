// sparse_softmax_cross_entropy: cross-entropy of class numbers, from logits.
#include <limits>

#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape& x = c.shape(0);
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), x.rank(), c.op.name));
  Dims dims = x.dims();
  dims.erase(dims.begin() + axis);
  if (Shape(dims) != c.shape(1)) {
    return c.error(ErrorCode::kShapeMismatch, "labels must have the shape of logits without axis {} (logits {}, labels {})", axis, x,
                   c.shape(1));
  }
  return std::vector<Shape>{c.shape(1)};
}

// take_along_axis would count a negative label from the end; it is moved out of range, so that it is refused.
Value without_negatives(const Value& labels) {
  return where(less(labels, constant_like(labels, 0)), constant_like(labels, std::numeric_limits<std::int32_t>::min()), labels);
}

std::vector<Value> body(const RuleContext& c) {
  const std::int64_t axis = c.attributes.integer("axis");
  Value labels = c.inputs[1], counts;
  for (const std::int64_t ignored : c.attributes.integers("ignored_labels")) {
    const Value other = not_equal(c.inputs[1], constant_like(labels, static_cast<double>(ignored)));
    counts = counts.defined() ? logical_and(counts, other) : other;
  }
  if (counts.defined()) labels = where(counts, labels, constant_like(labels, 0));
  const Value log_p = log_softmax(c.inputs[0], axis);
  const Value loss = neg(squeeze(take_along_axis(log_p, expand_dims(without_negatives(labels), {axis}), axis), {axis}));
  return {counts.defined() ? where(counts, loss, constant_like(loss, 0)) : loss};
}

Tensor labels(std::initializer_list<std::int64_t> values, Shape shape) { return Tensor::from<std::int64_t>(values, std::move(shape)); }

std::vector<Sample> samples() {
  return {{{{{4, 5}}, {.value = labels({0, 4, 2, 2}, {4})}}},
          {{{{2, 3, 2}}, {.value = labels({0, 2, 1, 1}, {2, 2})}}, {{"axis", 1}}},
          {{{{2, 3}, -40, 40}, {.value = labels({1, 0}, {2})}}},
          {{{{4, 3}}, {.value = labels({2, -100, 0, 7}, {4})}}, {{"ignored_labels", {-100, 7}}}, "ignored labels"}};
}

}  // namespace

OpDef sparse_softmax_cross_entropy_op() {
  return {
      .name = "sparse_softmax_cross_entropy",
      .family = Family::kLoss,
      .since = 1,
      .summary = "Cross-entropy between class numbers and the softmax of logits.",
      .formula = "loss = -log softmax(logits)[label]",
      .source = "Bridle 1990",
      .inputs = {{"logits", kFloats, "any shape"}, {"labels", kIndices, "as logits without axis; each in [0, classes) or ignored"}},
      .outputs = {{"loss", like("logits"), "as labels"}},
      .attributes = {{"axis", -1, any_value, "axis of the classes"},
                     {"ignored_labels", std::vector<std::int64_t>{}, any_value, "labels whose loss and gradient are 0"}},
      .infer = infer,
      .body = body,
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 3}}, {.value = labels({0, 1, 2}, {3})}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
