// Sums of batches are computed by the same graph operators as in a training.
#include "lepton/train/metric_state.hpp"

#include "lepton/graph/builder.hpp"
#include "lepton/runtime/executable.hpp"
#include "lepton/train/internal/rows.hpp"

namespace lepton::train {

struct MetricState::State {
  nn::Metric metric;
  std::vector<double> totals = {};                    // of metrics that are sums over batches …
  Rows predictions = {}, targets = {}, weights = {};  // … and for those that look at all predictions
  bool any = false;
};

namespace {

Tensor fitted_prediction(const Tensor& given) {
  if (given.shape().rank() == 0) fail(ErrorCode::kShapeMismatch, "metric: predictions need an axis that counts samples");
  const Tensor prediction = is_float(given.dtype()) && size_of(given.dtype()) >= 4 ? given : given.cast(DType::kF32);
  return prediction.shape().rank() == 1 ? prediction.contiguous().reshape({-1, 1}) : prediction;
}

Tensor fitted_target(const Tensor& given, const Tensor& prediction) {
  const Shape& shape = prediction.shape();
  const std::int64_t elements = prediction.num_elements(), classes = shape[shape.rank() - 1];
  if (given.num_elements() == elements) return given.contiguous().cast(prediction.dtype()).reshape(shape);
  if (given.num_elements() * classes != elements || given.shape().rank() == 0)
    fail(ErrorCode::kShapeMismatch, "metric: the targets {} do not fit to predictions {}", given.shape(), shape);
  return given.contiguous().cast(DType::kI64).reshape(Shape(Dims(shape.begin(), shape.end() - 1)));
}

Tensor fitted_weight(const Tensor& given, const Tensor& prediction) {
  if (!given.defined()) return {};
  if (given.num_elements() != prediction.shape()[0])
    fail(ErrorCode::kShapeMismatch, "metric: {} weights for {} samples", given.num_elements(), prediction.shape()[0]);
  return given.contiguous().cast(prediction.dtype()).reshape({-1});
}

std::vector<double> batch_sums(const nn::Metric& metric, const Tensor& target, const Tensor& prediction, const Tensor& weight) {
  graph::GraphBuilder builder("metric");
  std::vector<Tensor> feeds = {target, prediction};
  std::vector<TensorType> types = {target.type(), prediction.type()};
  nn::LossInputs inputs;
  inputs.target = builder.input("target", types[0]);
  inputs.prediction = builder.input("prediction", types[1]);
  Value sample_weight;
  if (weight.defined()) {
    feeds.push_back(weight);
    types.push_back(weight.type());
    sample_weight = builder.input("sample_weight", weight.type());
  }
  int number = 0;
  for (const Value& sum : metric.def().batch_sums(inputs, sample_weight, metric.arguments()))
    builder.output(fmt::format("sum_{}", number++), sum);
  std::vector<double> sums;
  for (const Tensor& sum : runtime::compile(std::move(builder).finish(), types).value()->run(feeds)) sums.push_back(sum.item());
  return sums;
}

}  // namespace

MetricState::MetricState(nn::Metric metric) : state_(std::make_unique<State>(State{std::move(metric)})) {}
MetricState::MetricState(MetricState&&) noexcept = default;
MetricState::~MetricState() = default;
const nn::Metric& MetricState::metric() const { return state_->metric; }

void MetricState::update(const Tensor& target, const Tensor& prediction, const Tensor& sample_weight) {
  const nn::MetricDef& def = state_->metric.def();
  if (def.name == "accuracy")
    fail(ErrorCode::kUnsupported,
         "metric: which 'accuracy' is meant, only a loss can say: take binary_, categorical_ or "
         "sparse_categorical_accuracy");
  const Tensor y = fitted_prediction(prediction), t = fitted_target(target, y), w = fitted_weight(sample_weight, y);
  if (def.batch_sums) {
    const std::vector<double> sums = batch_sums(state_->metric, t, y, w);
    state_->totals.resize(sums.size(), 0.0);
    for (std::size_t i = 0; i < sums.size(); ++i) state_->totals[i] += sums[i];
  } else {
    state_->predictions.add(y);
    state_->targets.add(t);
    if (w.defined()) state_->weights.add(w);
  }
  state_->any = true;
}

double MetricState::result() const {
  const nn::MetricDef& def = state_->metric.def();
  if (!state_->any) return 0;
  if (def.batch_sums) return def.finish(state_->totals, state_->metric.arguments());
  return def.from_predictions({state_->predictions.joined(), state_->targets.joined(), state_->weights.joined()},
                              state_->metric.arguments());
}

void MetricState::reset() { *state_ = State{std::move(state_->metric)}; }

}  // namespace lepton::train
