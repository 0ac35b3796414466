// Metrics. Most are sums over a batch that the graph computes (so that they cost nothing while training); the rest look at all predictions.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lepton/nn/loss.hpp"

namespace lepton::nn {

/// All predictions and targets of an evaluation, on the host.
struct Predictions {
  Tensor prediction;     // [N, …] in Keras's order, f32 or f64
  Tensor target;         // [N, …]
  Tensor sample_weight;  // [N] or empty
};

struct MetricDef {
  std::string_view name;  // Keras's: "accuracy"
  std::string_view summary;
  std::string_view formula = {};
  std::vector<AttributeDef> arguments = {};
  bool higher_is_better = true;

  // Either both of these: batch sums in the graph (one scalar each), added up over batches, and the figure from the totals …
  std::function<std::vector<Value>(const LossInputs&, const Value& sample_weight, const Attributes&)> batch_sums = nullptr;
  std::function<double(std::span<const double> totals, const Attributes&)> finish = nullptr;
  // … or this: the figure from all predictions.
  std::function<double(const Predictions&, const Attributes&)> from_predictions = nullptr;
};

std::span<const MetricDef> all_metrics();
/// Throws kNotFound, naming the nearest.
const MetricDef& get_metric(std::string_view name);

/// A configured metric. "accuracy" becomes the binary, categorical or sparse kind that fits loss and shapes, as in Keras.
class Metric {
 public:
  Metric(const char* spec) : Metric(Spec(spec)) {}
  Metric(const std::string& spec) : Metric(Spec(spec)) {}
  Metric(const Spec& spec);
  /// The mean over samples of what a C++ function on graph values gives for each, as Keras takes a function.
  Metric(std::string name, LossFunction per_sample);
  /// The same figure under another key.
  Metric with_key(std::string key) const;

  const MetricDef& def() const { return *def_; }
  const Attributes& arguments() const { return arguments_; }
  /// Key in History: the name as it was given.
  const std::string& key() const { return key_; }
  const std::string& text() const { return text_; }
  /// Picks the kind of "accuracy" for a loss and the last axis of the prediction; other metrics stay as they are.
  Metric resolved(const Loss& loss, const Shape& prediction) const;

 private:
  std::shared_ptr<const MetricDef> own_;  // of a function
  const MetricDef* def_ = nullptr;
  Attributes arguments_;
  std::string key_, text_;
};

}  // namespace lepton::nn
