// Losses on embeddings: rows of one class should lie closer together than rows of different ones. Targets are class indices [N].
#include "lepton/nn/loss.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

constexpr double kFar = 1e30;

Value constant(const Value& x, double value) { return ops::constant_like(x, value); }
Value scaled(const Value& x, double factor) { return ops::mul(x, constant(x, factor)); }

// For each pair of rows, in the dtype of `like`: 1 if the classes are the same, 1 if they differ; no row is a pair with itself.
struct Pairs {
  Value same, other;
};
Pairs pairs_of(const Value& target, const Value& like) {
  const Value column = ops::reshape(target, {-1, 1}), row = ops::reshape(target, {1, -1});
  const Value equal = ops::cast(ops::equal(column, row), like.dtype());
  const Value place = ops::iota(column, 0);
  const Value itself = ops::cast(ops::equal(place, ops::reshape(place, {1, -1})), like.dtype());
  return {ops::sub(equal, itself), ops::sub(constant(equal, 1), equal)};
}

// log sum exp over the marked entries of each row; very small where there are none.
Value soft_maximum(const Value& x, const Value& marked) {
  const Value masked = ops::where(ops::greater(marked, constant(marked, 0.5)), x, constant(x, -kFar));
  const Value top = ops::max(masked, {.axes = {1}, .keepdims = true});
  const Value sum = ops::sum(ops::exp(ops::sub(masked, top)), {.axes = {1}});
  return ops::add(ops::log(sum), ops::reshape(top, {-1}));
}

Value circle(const LossInputs& in, const Attributes& a) {
  const double gamma = a.number("gamma"), margin = a.number("margin");
  const Value& p = in.prediction;
  const Value distance = ops::relu(ops::sub(constant(p, 1), ops::matmul(p, ops::transpose(p, {1, 0}))));
  const Pairs pairs = pairs_of(in.target, p);
  const Value pull = ops::relu(ops::add(distance, constant(distance, margin)));
  const Value push = ops::relu(ops::sub(constant(distance, 1 + margin), distance));
  const Value near = scaled(ops::mul(pull, ops::sub(constant(distance, margin), distance)), -gamma);
  const Value far = scaled(ops::mul(push, ops::sub(constant(distance, 1 - margin), distance)), gamma);
  const Value loss = ops::softplus(ops::add(soft_maximum(near, pairs.same), soft_maximum(far, pairs.other)));
  // As in Keras the mean is over rows that have a pair of each kind.
  const Value count = ops::sum(ops::cast(ops::greater(loss, constant(loss, 0)), loss.dtype()));
  return ops::mul(loss, ops::div(ops::cast(ops::axis_size(loss), loss.dtype()), ops::maximum(count, constant(count, 1))));
}

// For each row the farthest of its class and the nearest of another ("batch hard").
Value triplet(const LossInputs& in, const Attributes& a) {
  const Value& p = in.prediction;
  const Value squares = ops::sum(ops::square(p), {.axes = {1}, .keepdims = true});
  const Value products = ops::matmul(p, ops::transpose(p, {1, 0}));
  const Value squared = ops::relu(ops::sub(ops::add(squares, ops::transpose(squares, {1, 0})), ops::add(products, products)));
  const Value distance = ops::sqrt(ops::add(squared, constant(squared, 1e-12)));  // a root of 0 has no gradient
  const Pairs pairs = pairs_of(in.target, p);
  const Value farthest = ops::max(ops::mul(distance, pairs.same), {.axes = {1}});
  const Value half = constant(distance, 0.5);
  const Value nearest = ops::min(ops::where(ops::greater(pairs.other, half), distance, constant(distance, kFar)), {.axes = {1}});
  return ops::relu(ops::add(ops::sub(farthest, nearest), constant(farthest, a.number("margin"))));
}

}  // namespace

std::vector<LossDef> embedding_losses() {
  return {
      {.name = "circle",
       .summary = "Circle loss on embeddings of length 1 (Sun et al. 2020).",
       .formula = "softplus(lse gamma (d + m) (d - m) over same + lse gamma (1 + m - d) (1 - m - d) over other), d = 1 - cosine",
       .arguments = {{"gamma", 80.0, positive, "scale"},
                     {"margin", 0.4, non_negative, "m: how near same and how far other rows should be"}},
       .takes_class_indices = true,
       .per_sample = circle},
      {.name = "triplet",
       .summary = "Triplet loss with the hardest pairs of the batch (Schroff et al. 2015; Hermans et al. 2017).",
       .formula = "max(farthest of the same class - nearest of another + margin, 0)",
       .arguments = {{"margin", 1.0, non_negative, "in the units of the embedding"}},
       .takes_class_indices = true,
       .per_sample = triplet},
  };
}

}  // namespace lepton::nn
