// Cross-entropies: binary, categorical and sparse, with label smoothing; from logits where they are known.
#include "lepton/nn/loss.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

constexpr double kEpsilon = 1e-7;  // Keras's backend epsilon: probabilities are kept this far from 0 and 1

Value scaled(const Value& x, double factor, double offset) {
  return ops::add(ops::mul(x, ops::constant_like(x, factor)), ops::constant_like(x, offset));
}

Value clipped(const Value& p) {
  return ops::minimum(ops::maximum(p, ops::constant_like(p, kEpsilon)), ops::constant_like(p, 1 - kEpsilon));
}

Value logits_of(const LossInputs& in, const Attributes& a) { return a.flag("from_logits") ? in.prediction : in.logits; }

// Element losses of binary cross-entropy.
Value binary_elements(const LossInputs& in, const Attributes& a) {
  const double smoothing = a.number("label_smoothing");
  const Value target = smoothing == 0 ? in.target : scaled(in.target, 1 - smoothing, smoothing / 2);
  if (const Value logits = logits_of(in, a); logits.defined()) return ops::sigmoid_cross_entropy(logits, target);
  const Value p = clipped(in.prediction), one = ops::constant_like(p, 1);
  return ops::neg(ops::add(ops::mul(target, ops::log(p)), ops::mul(ops::sub(one, target), ops::log(ops::sub(one, p)))));
}

Value categorical(const LossInputs& in, const Attributes& a) {
  const double smoothing = a.number("label_smoothing");
  const auto classes = static_cast<double>(in.prediction.dim(-1));
  const Value target = smoothing == 0 ? in.target : scaled(in.target, 1 - smoothing, smoothing / classes);
  if (const Value logits = logits_of(in, a); logits.defined()) return ops::softmax_cross_entropy(logits, target, -1);
  const Value p = in.prediction;
  const Value normalized = ops::div(p, ops::sum(p, {.axes = {-1}, .keepdims = true}));
  return ops::neg(ops::sum(ops::mul(target, ops::log(clipped(normalized))), {.axes = {-1}}));
}

// Class indices from targets [N, …] or [N, …, 1], as both are met in practice.
Value labels_of(const LossInputs& in) {
  const Value labels = in.target.rank() == in.prediction.rank() ? ops::squeeze(in.target, {-1}) : in.target;
  return labels.dtype() == DType::kI64 ? labels : ops::cast(labels, DType::kI64);
}

Value sparse(const LossInputs& in, const Attributes& a) {
  const Value labels = labels_of(in);
  const Value logits = logits_of(in, a);
  if (logits.defined()) return ops::sparse_softmax_cross_entropy(logits, labels, -1);
  // Log of clipped probabilities are logits too: softmax of log p is p when p sums to 1.
  return ops::sparse_softmax_cross_entropy(ops::log(clipped(in.prediction)), labels, -1);
}

// Zhang & Sabuncu 2018: between cross-entropy (q near 0) and the mean absolute error (q = 1), for labels that are sometimes wrong.
Value generalized(const LossInputs& in, const Attributes& a) {
  const Value hot = ops::cast(ops::one_hot(labels_of(in), in.prediction.shape()[-1]), in.prediction.dtype());
  const Value p = ops::sum(ops::mul(in.prediction, hot), {.axes = {-1}});
  const Value q = ops::constant_like(p, a.number("q"));
  return ops::div(ops::sub(ops::constant_like(p, 1), ops::pow(p, q)), q);
}

// Lin et al. 2017: (1 - p_t)^gamma damps what is right already.
Value binary_focal(const LossInputs& in, const Attributes& a) {
  const double smoothing = a.number("label_smoothing"), alpha = a.number("alpha");
  const Value target = smoothing == 0 ? in.target : scaled(in.target, 1 - smoothing, smoothing / 2);
  const Value p = a.flag("from_logits") ? ops::sigmoid(in.prediction) : in.prediction;
  const Value one = ops::constant_like(p, 1);
  const Value p_t = ops::add(ops::mul(target, p), ops::mul(ops::sub(one, target), ops::sub(one, p)));
  const Value factor = ops::pow(ops::sub(one, p_t), ops::constant_like(p, a.number("gamma")));
  const Value kept = clipped(p);
  const Value entropy =
      ops::neg(ops::add(ops::mul(target, ops::log(kept)), ops::mul(ops::sub(one, target), ops::log(ops::sub(one, kept)))));
  Value loss = ops::mul(factor, entropy);
  if (a.flag("apply_class_balancing")) loss = ops::mul(loss, scaled(target, 2 * alpha - 1, 1 - alpha));
  return ops::mean(loss, {.axes = {-1}});
}

Value categorical_focal(const LossInputs& in, const Attributes& a) {
  const double smoothing = a.number("label_smoothing");
  const auto classes = static_cast<double>(in.prediction.dim(-1));
  const Value target = smoothing == 0 ? in.target : scaled(in.target, 1 - smoothing, smoothing / classes);
  Value p = a.flag("from_logits") ? ops::softmax(in.prediction, -1) : in.prediction;
  p = clipped(ops::div(p, ops::sum(p, {.axes = {-1}, .keepdims = true})));
  const Value factor = ops::mul(ops::constant_like(p, a.number("alpha")),
                                ops::pow(ops::sub(ops::constant_like(p, 1), p), ops::constant_like(p, a.number("gamma"))));
  return ops::neg(ops::sum(ops::mul(factor, ops::mul(target, ops::log(p))), {.axes = {-1}}));
}

const AttributeDef kFromLogits = {"from_logits", false, any_value, "predictions are logits, not probabilities"};
const AttributeDef kSmoothing = {"label_smoothing", 0.0, probability, "moves targets this far towards uniform"};

}  // namespace

std::vector<LossDef> crossentropy_losses() {
  return {
      {.name = "binary_crossentropy",
       .summary = "Cross-entropy of independent yes/no outputs.",
       .formula = "-(t log p + (1 - t) log(1 - p)), mean over the last axis",
       .arguments = {kFromLogits, kSmoothing},
       .per_sample = [](const LossInputs& in, const Attributes& a) { return ops::mean(binary_elements(in, a), {.axes = {-1}}); }},
      {.name = "categorical_crossentropy",
       .summary = "Cross-entropy between one-hot (or soft) targets and class probabilities.",
       .formula = "-sum over classes of t log p",
       .arguments = {kFromLogits, kSmoothing},
       .per_sample = categorical},
      {.name = "binary_focal_crossentropy",
       .summary = "Binary cross-entropy that attends to hard samples (Lin et al. 2017).",
       .formula = "(1 - p_t)^gamma times binary cross-entropy",
       .arguments = {kFromLogits,
                     kSmoothing,
                     {"apply_class_balancing", false, any_value, "weigh classes by alpha"},
                     {"alpha", 0.25, probability, "weight of class 1"},
                     {"gamma", 2.0, non_negative, "focus"}},
       .per_sample = binary_focal},
      {.name = "categorical_focal_crossentropy",
       .summary = "Categorical cross-entropy that attends to hard samples (Lin et al. 2017).",
       .formula = "-sum alpha (1 - p)^gamma t log p",
       .arguments = {kFromLogits, kSmoothing, {"alpha", 0.25, non_negative, "weight"}, {"gamma", 2.0, non_negative, "focus"}},
       .per_sample = categorical_focal},
      {.name = "categorical_generalized_cross_entropy",
       .summary = "Cross-entropy that forgives wrong labels, for integer class targets.",
       .formula = "(1 - p[class]^q) / q",
       .arguments = {{"q", 0.5, positive, "near 0: cross-entropy; 1: mean absolute error"}},
       .takes_class_indices = true,
       .per_sample = generalized},
      {.name = "sparse_categorical_crossentropy",
       .summary = "Cross-entropy for integer class targets.",
       .formula = "-log p[class]",
       .arguments = {kFromLogits},
       .takes_class_indices = true,
       .per_sample = sparse},
  };
}

}  // namespace lepton::nn
