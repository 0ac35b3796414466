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

Loss::Loss(std::string name, LossFunction function) : name_(name), text_(std::move(name)), function_(std::move(function)) {}

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
  if (!sample_weight.defined()) return reduction_ == "sum" ? ops::sum(loss) : ops::mean(loss);
  // Weights of samples stand before the losses of their elements: [N] becomes [N, 1, …].
  Value weight = ops::cast(sample_weight, loss.dtype());
  std::vector<std::int64_t> axes;
  for (int axis = 1; axis < loss.rank(); ++axis) axes.push_back(axis);
  if (!axes.empty()) weight = ops::expand_dims(weight, axes);
  const Value weighted = ops::mul(loss, weight);
  if (reduction_ == "sum") return ops::sum(weighted);
  if (reduction_ == "mean_with_sample_weight") return ops::div(ops::sum(weighted), ops::sum(ops::broadcast_to_like(weight, loss)));
  return ops::mean(weighted);
}

}  // namespace lepton::nn
