// FitLoop: epochs and batches, callbacks, validation; can start anywhere in a run.
#pragma once

#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {

class FitLoop final : public Training {
 public:
  FitLoop(Model& model, BatchSource& training, BatchSource* validation, const FitOptions& options);

  /// Continues at `position`; the model's states and iterations must be those of that moment.
  void resume(Position position, History history);
  History run();
  /// True if options.cancel ended the run: the model is in the state after the last whole batch.
  bool interrupted() const { return interrupted_; }
  const std::string& stop_reason() const { return stop_reason_; }

  Model& model() override { return model_; }
  std::int64_t num_epochs() const override { return options_.epochs; }
  std::int64_t num_batches() const override { return training_.num_batches(); }
  const Position& position() const override { return position_; }
  const History& history() const override { return history_; }
  void stop(std::string reason) override {
    stopping_ = true;
    if (stop_reason_.empty()) stop_reason_ = std::move(reason);
  }
  bool stopping() const override { return stopping_; }
  std::int64_t validation_freq() const override { return options_.validation_freq; }
  const Batch& batch() const override { return batch_; }

 private:
  void train_epoch();

  Model& model_;
  BatchSource& training_;
  BatchSource* validation_;
  FitOptions options_;
  std::vector<std::shared_ptr<Callback>> callbacks_;
  Position position_;
  History history_;
  Batch batch_;
  bool stopping_ = false;
  bool interrupted_ = false;
  std::string stop_reason_;
};

}  // namespace lepton::train
