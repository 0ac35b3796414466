// Stochastic weight averaging.
#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {
namespace {

class AveragingCallback final : public Callback {
 public:
  explicit AveragingCallback(const WeightAveragingOptions& options) : options_(options) {
    if (options.every < 1 || options.start_epoch < 0)
      fail(ErrorCode::kInvalidArgument, "weight averaging: needs every >= 1 and start_epoch >= 0 (got {}, {})", options.every,
           options.start_epoch);
  }
  void on_epoch_end(Training& training, Logs&) override {
    const std::int64_t epoch = training.position().epoch - options_.start_epoch;
    if (epoch < 0 || epoch % options_.every != 0) return;
    const std::vector<Tensor> weights = training.model().get_weights();
    ++count_;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (mean_.size() == i) mean_.emplace_back(static_cast<std::size_t>(weights[i].num_elements()));
      const std::vector<double> values = weights[i].to_vector<double>();
      for (std::size_t k = 0; k < values.size(); ++k) mean_[i][k] += (values[k] - mean_[i][k]) / count_;
    }
  }
  void on_train_end(Training& training) override {
    if (count_ == 0) return;
    std::vector<Tensor> weights = training.model().get_weights();
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = Tensor::from(mean_[i], weights[i].shape()).cast(weights[i].dtype());
    training.model().set_weights(weights);
  }
  std::string name() const override { return "stochastic_weight_averaging"; }

 private:
  WeightAveragingOptions options_;
  std::vector<std::vector<double>> mean_;  // of each weight
  double count_ = 0;
};

}  // namespace

std::shared_ptr<Callback> StochasticWeightAveraging(const WeightAveragingOptions& options) {
  return std::make_shared<AveragingCallback>(options);
}

void refresh_statistics(Model& model, BatchSource& source) {
  runtime::TensorMap states = model.save_states();
  const std::int64_t iterations = model.iterations();
  Batch batch;
  source.start(0, 0);
  while (source.next(batch)) {
    model.train_on_batch(batch);
    // What the step trained goes back at once: the next batch must see the same weights.
    const runtime::TensorMap after = model.save_states();
    for (const nn::Weight& weight : model.network().weights()) {
      if (!weight.trainable) states[weight.name] = after.at(weight.name);
    }
    model.restore_states(states).value();
  }
  model.set_iterations(iterations);
}

}  // namespace lepton::train
