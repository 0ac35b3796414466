// Losses: the declaration, and the one way from predictions and targets to the scalar that is minimised (Keras's reduction).
#pragma once

#include <functional>

#include "lepton/nn/feature.hpp"
#include "lepton/op/spec.hpp"

namespace lepton::nn {

/// What a loss computes on: both in Keras's order. `logits` is defined when the prediction came out of a sigmoid or softmax.
struct LossInputs {
  Value target;  // cast to the prediction's dtype unless the loss takes class indices
  Value prediction;
  Value logits;
};

/// Returns the loss of each sample (the last axis of the prediction is folded), shape [N, …].
using LossFunction = std::function<Value(const LossInputs&, const Attributes&)>;

struct LossDef {
  std::string_view name;  // Keras's: "binary_crossentropy"
  std::string_view summary;
  std::string_view formula = {};
  std::vector<AttributeDef> arguments = {};
  bool takes_class_indices = false;  // targets are integers [N, …] without the class axis
  LossFunction per_sample;
};

std::span<const LossDef> all_losses();
/// Throws kNotFound, naming the nearest.
const LossDef& get_loss(std::string_view name);

/// A loss to train with: by name, or a C++ function on graph values.
class Loss {
 public:
  Loss() = default;
  Loss(const char* spec) : Loss(Spec(spec)) {}
  Loss(const std::string& spec) : Loss(Spec(spec)) {}
  Loss(const Spec& spec);
  /// With `takes_class_indices` the targets are whole numbers without the class axis.
  Loss(std::string name, LossFunction function, bool takes_class_indices = false);

  bool empty() const { return function_ == nullptr; }
  const std::string& name() const { return name_; }
  /// Text that makes the same loss again; a custom function has only its name.
  const std::string& text() const { return text_; }
  bool takes_class_indices() const { return takes_class_indices_; }

  /// The scalar that is minimised. By default the mean over samples of weight * loss (the sum of weighted losses over the number of
  /// samples, as Keras does); the argument `reduction` of every loss may be "sum" or "mean_with_sample_weight" (over the sum of weights)
  /// instead. Steps that the prediction's mask leaves out weigh nothing. Shapes:  sample_weight: [N] or undefined.
  Value reduce(const Feature& prediction, const Value& target, const Value& sample_weight) const;

 private:
  std::string name_, text_;
  LossFunction function_;
  Attributes arguments_;
  std::string reduction_ = "sum_over_batch_size";
  bool takes_class_indices_ = false;
};

/// The weight of each element that a mask (of the prediction) and sample weights give, as Keras joins them; undefined without both.
/// With `keep_mean`, elements that count weigh more by as much as others are left out, so that a mean is one over those that count.
/// Shapes:  mask: [N, …] or undefined; sample_weight: [N] or undefined; result: that of the mask, else [N].
Value counted_weight(const Value& mask, const Value& sample_weight, DType dtype, bool keep_mean);

}  // namespace lepton::nn
