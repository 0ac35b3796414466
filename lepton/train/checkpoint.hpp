// Checkpoints: everything that a training needs to go on bit for bit, in one safetensors file written in one step.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lepton/base/files.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {

struct Checkpoint {
  runtime::TensorMap states;
  std::int64_t iterations = 0;
  Position position;
  History history;
  std::vector<std::pair<std::string, std::string>> callbacks;  // name, state
};

/// Takes the state of `training` now. `callbacks` are those whose state is kept.
Checkpoint take_checkpoint(Training& training, const std::vector<std::shared_ptr<Callback>>& callbacks);
Result<void> write_checkpoint(FileSystem& files, const std::string& path, const Checkpoint& checkpoint);
/// Errors:  kNotFound; kDataCorrupt for a damaged file.
Result<Checkpoint> read_checkpoint(FileSystem& files, const std::string& path);
/// Puts model and callbacks into the state of the checkpoint. The model must be compiled as it was then.
Result<void> restore_checkpoint(const Checkpoint& checkpoint, Model& model, const std::vector<std::shared_ptr<Callback>>& callbacks);

struct CheckpointOptions {
  std::string folder;                // "last.safetensors" and "best.safetensors" go here
  std::string monitor = "val_loss";  // decides what is best; falls back to "loss" without validation
  Mode mode = Mode::kAuto;
  std::int64_t every_batches = 0;                    // also write "last" every so many batches; 0: only at the end of epochs
  std::vector<std::shared_ptr<Callback>> keep = {};  // callbacks whose state belongs to the checkpoint
};

/// Writes "last" after every epoch (and as asked within), "best" whenever the monitored figure improves.
class ModelCheckpoint final : public Callback {
 public:
  explicit ModelCheckpoint(CheckpointOptions options);
  void on_batch_end(Training& training, const Logs& logs) override;
  void on_epoch_end(Training& training, Logs& logs) override;
  void on_train_end(Training& training) override;
  std::string name() const override { return "model_checkpoint"; }
  std::string save_state() const override;
  void restore_state(const std::string& state) override;

  std::int64_t best_epoch() const { return best_epoch_; }  // 1-based; 0: none yet
  double best_value() const { return monitor_.best(); }
  std::string best_path() const;
  std::string last_path() const;

 private:
  void write_last(Training& training, bool epoch_finished, const Logs* epoch_logs);
  CheckpointOptions options_;
  Monitor monitor_;
  std::int64_t best_epoch_ = 0;
};

}  // namespace lepton::train
