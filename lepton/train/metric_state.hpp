// A metric that is updated by hand, batch after batch, outside of a training.
#pragma once

#include "lepton/nn/metric.hpp"

namespace lepton::train {

class MetricState {
 public:
  explicit MetricState(nn::Metric metric);
  MetricState(MetricState&&) noexcept;
  ~MetricState();

  const nn::Metric& metric() const;
  /// Shapes:  prediction: [N, …]; target: the same number of elements, or class numbers (one element for each row of the prediction's last
  ///          axis); sample_weight: [N], or empty.
  /// Errors:  throws kShapeMismatch; kUnsupported for a metric that only compile() can choose ("accuracy").
  void update(const Tensor& target, const Tensor& prediction, const Tensor& sample_weight = {});
  /// The figure of all batches since the last reset(); 0 without any.
  double result() const;
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lepton::train
