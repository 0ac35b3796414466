// Evaluation and prediction.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "lepton/train/internal/model_state.hpp"
#include "lepton/train/internal/rows.hpp"

namespace lepton::train {

Tensor Rows::joined() const {
  if (parts_.empty()) return {};
  std::int64_t count = 0;
  for (const Tensor& part : parts_) count += part.shape()[0];
  Shape shape = parts_.front().shape();
  shape[0] = count;
  Tensor all = Tensor::empty(parts_.front().dtype(), shape);
  std::int64_t row = 0;
  for (const Tensor& part : parts_) {
    all.rows(row, row + part.shape()[0]).assign(part);
    row += part.shape()[0];
  }
  return all;
}

namespace {

// Metrics that look at all predictions.
bool needs_predictions(const Objective& objective) {
  return std::ranges::any_of(objective.metrics, [](const auto& metrics) {
    return std::ranges::any_of(metrics, [](const nn::Metric& m) { return m.def().from_predictions != nullptr; });
  });
}

bool all_finite(const Tensor& tensor) {
  return !is_float(tensor.dtype()) || std::ranges::all_of(tensor.to_vector<double>(), [](double v) { return std::isfinite(v); });
}

// The first samples of the batch with values that are not finite: "3, 17, …".
std::string non_finite_samples(const Tensor& tensor, const Batch& batch) {
  constexpr int kMost = 5;
  std::string samples;
  int found = 0;
  for (std::int64_t row = 0; tensor.shape().rank() > 0 && row < tensor.shape()[0]; ++row) {
    if (all_finite(tensor.rows(row, row + 1))) continue;
    if (found++ == kMost) return samples + ", …";
    if (!samples.empty()) samples += ", ";
    samples += std::to_string(batch.indices.empty() ? row : batch.indices[static_cast<std::size_t>(row)]);
  }
  return samples;
}

}  // namespace

Logs Model::evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options) {
  const auto source = array_source(x, y, options.sample_weight, {.batch_size = options.batch_size});
  return evaluate(*source).logs;
}

Evaluation Model::evaluate(BatchSource& source, bool keep_predictions) {
  const Compiled& compiled = state_->require_compiled();
  runtime::Program& program = state_->evaluation_program(source.has_weights());
  const bool host_metrics = needs_predictions(compiled.objective);
  const std::vector<std::string>& outputs = state_->network.output_names();
  const std::vector<std::string>& names = program.output_names();
  RunningLogs running(state_->network, compiled.objective, names);
  std::vector<Rows> predictions(outputs.size()), targets(outputs.size());
  Rows weights;
  source.start(0, 0);
  Batch batch;
  while (source.next(batch)) {
    const std::vector<Tensor> feeds = state_->feed(program, batch);
    const std::span<const Tensor> results = program.run_borrowed(feeds);
    running.add(results, batch.size());
    if (!keep_predictions && !host_metrics) continue;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto place = std::ranges::find(names, "prediction/" + outputs[i]) - names.begin();
      predictions[i].add(results[static_cast<std::size_t>(place)]);
      if (host_metrics) targets[i].add(batch.targets[i]);
    }
    if (batch.sample_weight.defined()) weights.add(batch.sample_weight);
  }
  Evaluation evaluation{running.logs(), {}};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor prediction = predictions[i].joined();
    for (const nn::Metric& metric : compiled.objective.metrics[i]) {
      if (!metric.def().from_predictions) continue;
      const double figure = metric.def().from_predictions({prediction, targets[i].joined(), weights.joined()}, metric.arguments());
      evaluation.logs.emplace_back(outputs.size() > 1 ? outputs[i] + "_" + metric.key() : metric.key(), figure);
    }
    if (keep_predictions) evaluation.predictions.push_back(prediction);
  }
  return evaluation;
}

std::vector<Tensor> Model::predict_all(const Arrays& x, std::int64_t batch_size) {
  return predict_all(*array_source(x, {}, {}, {.batch_size = batch_size}));
}

std::vector<Tensor> Model::predict_all(BatchSource& source) {
  runtime::Program& program = state_->prediction_program();
  std::vector<Rows> rows(program.output_names().size());
  source.start(0, 0);
  Batch batch;
  while (source.next(batch)) {
    const std::vector<Tensor> feeds = state_->feed(program, batch);
    const std::span<const Tensor> results = program.run_borrowed(feeds);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].add(results[i]);
  }
  std::vector<Tensor> outputs;
  for (const Rows& r : rows) outputs.push_back(r.joined());
  return outputs;
}

Tensor Model::predict(const Arrays& x, std::int64_t batch_size) { return predict_all(x, batch_size).front(); }

std::string Model::find_non_finite(const Batch& batch) {
  for (std::size_t i = 0; i < batch.inputs.size(); ++i) {
    if (const std::string samples = non_finite_samples(batch.inputs[i], batch); !samples.empty())
      return fmt::format("input {} is not finite for sample {}", i + 1, samples);
  }
  for (const Tensor& target : batch.targets) {
    if (const std::string samples = non_finite_samples(target, batch); !samples.empty())
      return fmt::format("the target is not finite for sample {}", samples);
  }
  for (const nn::Weight& weight : state_->network.weights()) {
    if (!all_finite(state_->variables->get(weight.name).get()))
      return fmt::format("the weight '{}' was not finite before this batch", weight.name);
  }
  if (state_->diagnosis == nullptr)
    // Not fused: a NaN is to be seen where it arises.
    state_->diagnosis = std::make_unique<runtime::Program>(diagnosis_step(state_->network), state_->variables,
                                                           runtime::ProgramOptions{.compile = {.fuse = false}});
  const std::vector<Tensor> feeds = state_->feed(*state_->diagnosis, batch);
  const std::span<const Tensor> results = state_->diagnosis->run_borrowed(feeds);
  for (std::size_t call = 0; call < results.size(); ++call) {
    if (const std::string samples = non_finite_samples(results[call], batch); !samples.empty()) {
      return fmt::format("layer '{}' gives values that are not finite for sample {}",
                         state_->network.layer_name(state_->network.calls()[call].layer), samples);
    }
  }
  return {};
}

}  // namespace lepton::train
