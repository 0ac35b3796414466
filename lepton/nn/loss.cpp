// The table of losses and Keras's reduction.
#include "lepton/nn/loss.hpp"

#include <algorithm>

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {

std::vector<LossDef> make_all_losses();  // generated

std::span<const LossDef> all_losses() {
  static const std::vector<LossDef> table = [] {
    std::vector<LossDef> rows = make_all_losses();
    std::ranges::sort(rows, {}, &LossDef::name);
    return rows;
  }();
  return table;
}

const LossDef& get_loss(std::string_view name) { return *find_row(all_losses(), name, "loss").value(); }

Loss::Loss(const Spec& spec) {
  const LossDef& def = get_loss(spec.name);
  name_ = spec.name;
  text_ = spec.to_string();
  function_ = def.per_sample;
  std::vector<AttributeDef> declared = def.arguments;
  declared.push_back({"reduction", reduction_, any_value, "sum_over_batch_size, sum or mean_with_sample_weight"});
  arguments_ = spec.bind(spec.name, declared).value();
  reduction_ = arguments_.text("reduction");
  if (reduction_ != "sum_over_batch_size" && reduction_ != "sum" && reduction_ != "mean_with_sample_weight") {
    fail(ErrorCode::kInvalidArgument, "{}: reduction must be sum_over_batch_size, sum or mean_with_sample_weight, got '{}'", spec.name,
         reduction_);
  }
  takes_class_indices_ = def.takes_class_indices;
}

Loss::Loss(std::string name, LossFunction function, bool takes_class_indices)
    : name_(name), text_(std::move(name)), function_(std::move(function)), takes_class_indices_(takes_class_indices) {}

Value counted_weight(const Value& mask, const Value& sample_weight, DType dtype, bool keep_mean) {
  Value weight = sample_weight.defined() ? ops::cast(sample_weight, dtype) : Value();
  if (!mask.defined()) return weight;
  Value counts = ops::cast(mask, dtype);
  if (keep_mean) {
    // Masked steps do not pull the mean down: the others weigh total / valid. Without any, 0 / 1.
    const Value valid = ops::maximum(ops::sum(counts), ops::constant_like(counts, 1));
    counts = ops::mul(counts, ops::div(ops::cast(ops::axis_size(counts), dtype), valid));
  }
  if (!weight.defined()) return counts;
  std::vector<std::int64_t> axes;
  for (int axis = 1; axis < counts.rank(); ++axis) axes.push_back(axis);
  return ops::mul(counts, axes.empty() ? weight : ops::expand_dims(weight, axes));
}

Value Loss::reduce(const Feature& prediction, const Value& target, const Value& sample_weight) const {
  LossInputs inputs;
  inputs.prediction = prediction.logical();
  if (prediction.logits.defined()) {
    Feature logits = prediction.with(prediction.logits);
    inputs.logits = logits.logical();
  }
  inputs.target =
      takes_class_indices_ || target.dtype() == inputs.prediction.dtype() ? target : ops::cast(target, inputs.prediction.dtype());
  Value loss = function_(inputs, arguments_);
  Value weight = counted_weight(prediction.mask, sample_weight, loss.dtype(), reduction_ == "sum_over_batch_size");
  if (!weight.defined()) return reduction_ == "sum" ? ops::sum(loss) : ops::mean(loss);
  if (weight.rank() > loss.rank())
    fail(ErrorCode::kShapeMismatch, "{}: the mask {} of the prediction does not fit its losses {}", name_, weight.shape(), loss.shape());
  // Weights of samples stand before the losses of their elements: [N] becomes [N, 1, …].
  std::vector<std::int64_t> axes;
  for (int axis = weight.rank(); axis < loss.rank(); ++axis) axes.push_back(axis);
  if (!axes.empty()) weight = ops::expand_dims(weight, axes);
  const Value weighted = ops::mul(loss, weight);
  if (reduction_ == "sum") return ops::sum(weighted);
  if (reduction_ == "mean_with_sample_weight") return ops::div(ops::sum(weighted), ops::sum(ops::broadcast_to_like(weight, loss)));
  return ops::mean(weighted);
}

}  // namespace lepton::nn
