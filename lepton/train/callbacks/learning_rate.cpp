// Callbacks that change the learning rate.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {
namespace {

class PlateauCallback final : public Callback {
 public:
  explicit PlateauCallback(const ReduceLROnPlateauOptions& options)
      : options_(options), monitor_(options.monitor, options.mode, options.min_delta) {
    if (options.factor >= 1) fail(ErrorCode::kInvalidArgument, "reduce_lr_on_plateau: factor must be below 1 (factor {})", options.factor);
  }
  void on_epoch_end(Training& training, Logs& logs) override {
    const std::optional<double> value = monitored(training, logs, monitor_.key());
    const double rate = training.model().learning_rate();
    logs.emplace_back("learning_rate", rate);
    if (!value) return;
    if (cooling_ > 0) {
      --cooling_;
      waited_ = 0;
    }
    if (monitor_.improve(*value)) {
      waited_ = 0;
    } else if (cooling_ == 0 && ++waited_ >= options_.patience && rate > options_.min_lr) {
      training.model().set_learning_rate(std::max(rate * options_.factor, options_.min_lr));
      cooling_ = options_.cooldown;
      waited_ = 0;
    }
    rate_ = training.model().learning_rate();
  }
  void on_train_begin(Training& training) override {
    if (rate_ > 0) training.model().set_learning_rate(rate_);
  }
  std::string name() const override { return "reduce_lr_on_plateau"; }
  std::string save_state() const override {
    return nlohmann::json{{"waited", waited_},
                          {"cooling", cooling_},
                          {"rate", rate_},
                          {"best", monitor_.has_best() ? nlohmann::json(monitor_.best()) : nlohmann::json()}}
        .dump();
  }
  void restore_state(const std::string& text) override {
    const auto json = nlohmann::json::parse(text);
    waited_ = json.at("waited");
    cooling_ = json.at("cooling");
    rate_ = json.at("rate");
    if (!json.at("best").is_null()) monitor_.restore(json.at("best"));
  }

 private:
  ReduceLROnPlateauOptions options_;
  Monitor monitor_;
  std::int64_t waited_ = 0, cooling_ = 0;
  double rate_ = 0;
};

class SchedulerCallback final : public Callback {
 public:
  explicit SchedulerCallback(std::function<double(std::int64_t, double)> schedule) : schedule_(std::move(schedule)) {}
  void on_epoch_begin(Training& training) override {
    training.model().set_learning_rate(schedule_(training.position().epoch, training.model().learning_rate()));
  }

 private:
  std::function<double(std::int64_t, double)> schedule_;
};

}  // namespace

std::shared_ptr<Callback> ReduceLROnPlateau(const ReduceLROnPlateauOptions& options) { return std::make_shared<PlateauCallback>(options); }
std::shared_ptr<Callback> LearningRateScheduler(std::function<double(std::int64_t, double)> schedule) {
  return std::make_shared<SchedulerCallback>(std::move(schedule));
}

}  // namespace lepton::train
