// Connectionist temporal classification: how likely the labels are if nobody says when each is spoken.
#include "lepton/nn/loss.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

constexpr double kImpossible = -1e5;  // as a logarithm; Keras's, so that losses of labels that cannot fit are the same

Value constant_column(const Value& x, double value) {
  return ops::add(ops::zeros_like(ops::slice(x, {.starts = {0}, .ends = {1}, .axes = {1}})), ops::constant_like(x, value));
}

// Moves along axis 1; impossible comes in.
Value shifted(const Value& x, std::int64_t by) {
  std::vector<Value> parts(static_cast<std::size_t>(by), constant_column(x, kImpossible));
  parts.push_back(ops::slice(x, {.starts = {0}, .ends = {-by}, .axes = {1}}));
  return ops::concat(parts, 1);
}

Value log_of_sum(const std::vector<Value>& logarithms) { return ops::logsumexp(ops::stack(logarithms, -1), {.axes = {-1}}); }

// Graves et al. 2006, section 4.1: the forward variables of the labels with a blank before, between and behind them.
Value ctc(const LossInputs& in, const Attributes&) {
  const Value logits = in.logits.defined() ? in.logits : in.prediction;
  if (logits.rank() != 3 || in.target.rank() != 2)
    fail(ErrorCode::kShapeMismatch, "ctc: expects logits [N, steps, classes] and labels [N, steps] (shapes {}, {})", logits.shape(),
         in.target.shape());
  const Value labels = ops::cast(in.target, DType::kI64), blank = ops::constant_like(labels, 0);
  const Value pairs = ops::stack(std::vector<Value>{ops::zeros_like(labels), labels}, -1);
  const std::int64_t length = labels.dim(1);
  const Value path = ops::concat(std::vector<Value>{ops::reshape(pairs, {0, 2 * length}), constant_column(labels, 0)}, 1);
  // A label may follow another without a blank between them.
  const Value before = ops::concat(
      std::vector<Value>{constant_column(path, 0), constant_column(path, 0), ops::slice(path, {.starts = {0}, .ends = {-2}, .axes = {1}})},
      1);
  const Value skips = ops::logical_and(ops::not_equal(path, blank), ops::not_equal(path, before));

  const Value steps = ops::transpose(ops::log_softmax(logits), {1, 0, 2});
  const Value like = ops::cast(path, logits.dtype());
  const Value start =
      ops::concat(std::vector<Value>{constant_column(like, 0),
                                     ops::add(ops::zeros_like(ops::slice(like, {.starts = {1}, .ends = {2 * length + 1}, .axes = {1}})),
                                              ops::constant_like(like, kImpossible))},
                  1);
  const ops::ScanResult run = ops::scan({start}, {steps}, {path, skips}, [](const ops::ScanStep& step) {
    const Value& now = step.states[0];
    const Value skipped = ops::where(step.captured[1], shifted(now, 2), ops::constant_like(now, kImpossible));
    const Value emitted = ops::take_along_axis(step.slices[0], step.captured[0], 1);
    return ops::ScanStep{{ops::add(log_of_sum({now, shifted(now, 1), skipped}), emitted)}, {}, {}};
  });

  const Value count = ops::sum(ops::cast(ops::not_equal(labels, blank), DType::kI64), {.axes = {1}, .keepdims = true});
  const Value last = ops::mul(count, ops::constant_like(count, 2));  // the blank behind the last label
  const Value none = ops::equal(count, ops::constant_like(count, 0));
  const Value previous = ops::where(none, last, ops::sub(last, ops::constant_like(last, 1)));
  const Value behind = ops::take_along_axis(run.states[0], last, 1), at = ops::take_along_axis(run.states[0], previous, 1);
  return ops::neg(ops::squeeze(log_of_sum({behind, ops::where(none, ops::constant_like(at, kImpossible), at)}), {1}));
}

}  // namespace

std::vector<LossDef> ctc_losses() {
  return {{.name = "ctc",
           .summary =
               "Connectionist temporal classification: labels [N, steps] in order, filled up with 0, the blank; predictions are logits "
               "[N, steps, classes].",
           .formula = "-log Σ Π p(path) over all paths that give the labels without repeats and blanks",
           .takes_class_indices = true,
           .per_sample = ctc}};
}

}  // namespace lepton::nn
