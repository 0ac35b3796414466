// Callbacks that end a training or keep its best weights.
#include <cmath>
#include <nlohmann/json.hpp>

#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {
namespace {

class EarlyStoppingCallback final : public Callback {
 public:
  explicit EarlyStoppingCallback(const EarlyStoppingOptions& options)
      : options_(options), monitor_(options.monitor, options.mode, options.min_delta) {}

  void on_epoch_end(Training& training, Logs& logs) override {
    const std::optional<double> value = monitored(training, logs, monitor_.key());
    if (!value || training.position().epoch < options_.start_from_epoch) return;
    if (monitor_.improve(*value)) {
      waited_ = 0;
      if (options_.restore_best_weights) best_weights_ = training.model().get_weights();
      return;
    }
    if (++waited_ < options_.patience) return;
    training.stop(fmt::format("{} did not improve for {} epochs (best {:.5g})", monitor_.key(), waited_, monitor_.best()));
  }
  void on_train_end(Training& training) override {
    if (!best_weights_.empty()) training.model().set_weights(best_weights_);
  }
  std::string name() const override { return "early_stopping"; }
  std::string save_state() const override {
    return nlohmann::json{{"waited", waited_}, {"best", monitor_.has_best() ? nlohmann::json(monitor_.best()) : nlohmann::json()}}.dump();
  }
  void restore_state(const std::string& text) override {
    const auto json = nlohmann::json::parse(text);
    waited_ = json.at("waited");
    if (!json.at("best").is_null()) monitor_.restore(json.at("best"));
  }

 private:
  EarlyStoppingOptions options_;
  Monitor monitor_;
  std::int64_t waited_ = 0;
  std::vector<Tensor> best_weights_;
};

class KeepBestCallback final : public Callback {
 public:
  explicit KeepBestCallback(const KeepBestOptions& options) : monitor_(options.monitor, options.mode) {}
  void on_epoch_end(Training& training, Logs& logs) override {
    const std::optional<double> value = monitored(training, logs, monitor_.key());
    if (value && monitor_.improve(*value)) best_weights_ = training.model().get_weights();
  }
  void on_train_end(Training& training) override {
    if (!best_weights_.empty()) training.model().set_weights(best_weights_);
  }
  std::string name() const override { return "keep_best"; }

 private:
  Monitor monitor_;
  std::vector<Tensor> best_weights_;
};

class TerminateOnNaNCallback final : public Callback {
 public:
  void on_train_begin(Training& training) override { training.model().set_keep_finite(true); }
  void on_train_end(Training& training) override { training.model().set_keep_finite(false); }
  void on_batch_end(Training& training, const Logs& logs) override {
    const double* loss = find_log(logs, "loss");
    if (loss == nullptr || std::isfinite(*loss)) return;
    const std::string cause = training.model().find_non_finite(training.batch());
    training.stop(fmt::format("the loss is {} at epoch {}, batch {}: {}; lower the learning rate or look at these samples", *loss,
                              training.position().epoch + 1, training.position().batch,
                              cause.empty() ? "the weights are finite but the loss is not" : cause));
  }
};

}  // namespace

std::shared_ptr<Callback> EarlyStopping(const EarlyStoppingOptions& options) { return std::make_shared<EarlyStoppingCallback>(options); }
std::shared_ptr<Callback> KeepBest(const KeepBestOptions& options) { return std::make_shared<KeepBestCallback>(options); }
std::shared_ptr<Callback> TerminateOnNaN() { return std::make_shared<TerminateOnNaNCallback>(); }

}  // namespace lepton::train
