// Callbacks: what watches and steers a training. Keras's names and defaults.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lepton/train/batches.hpp"
#include "lepton/train/history.hpp"

namespace lepton::train {

class Model;

/// Where a training stands; enough to go on from here bit for bit.
struct Position {
  std::int64_t epoch = 0;         // being trained, from 0
  std::int64_t batch = 0;         // batches of this epoch that are done
  std::vector<double> sums = {};  // running sums of this epoch's figures
  double samples = 0;
};

/// What a callback sees and may change.
class Training {
 public:
  virtual ~Training() = default;
  virtual Model& model() = 0;
  virtual std::int64_t num_epochs() const = 0;
  virtual std::int64_t num_batches() const = 0;  // of an epoch; negative if the source does not know
  virtual const Position& position() const = 0;
  virtual const History& history() const = 0;
  /// Ends the training after this batch or epoch; `reason` is shown to the user.
  virtual void stop(std::string reason) = 0;
  /// The batch that is being trained, or was the last.
  virtual const Batch& batch() const = 0;
  virtual bool stopping() const = 0;
  /// Every how manieth epoch is validated; the others have no figures "val_…".
  virtual std::int64_t validation_freq() const { return 1; }
};

class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_train_begin(Training&) {}
  virtual void on_epoch_begin(Training&) {}
  /// `batch()` is the one that will be trained.
  virtual void on_batch_begin(Training&) {}
  /// `logs` are the running figures of the epoch.
  virtual void on_batch_end(Training&, const Logs& /*logs*/) {}
  /// Callbacks may add figures (a learning rate, say).
  virtual void on_epoch_end(Training&, Logs& /*logs*/) {}
  virtual void on_train_end(Training&) {}

  /// State that a resumed training needs (best value so far, patience used), as JSON text; "" if none.
  virtual std::string save_state() const { return {}; }
  virtual void restore_state(const std::string& /*state*/) {}
  /// Name under which the state is kept.
  virtual std::string name() const { return "callback"; }
};

/// Whether smaller or larger is better: "auto" takes it from the monitored figure's name, as in Keras.
enum class Mode : std::uint8_t { kAuto, kMin, kMax };

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  double min_delta = 0;
  std::int64_t patience = 0;
  Mode mode = Mode::kAuto;
  bool restore_best_weights = false;
  std::int64_t start_from_epoch = 0;
};
std::shared_ptr<Callback> EarlyStopping(const EarlyStoppingOptions& options = {});

struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";
  double factor = 0.1;
  std::int64_t patience = 10;
  Mode mode = Mode::kAuto;
  double min_delta = 1e-4;
  std::int64_t cooldown = 0;
  double min_lr = 0;
};
std::shared_ptr<Callback> ReduceLROnPlateau(const ReduceLROnPlateauOptions& options = {});

/// Keeps the weights of the best epoch (by `monitor`) in memory and puts them back at the end.
struct KeepBestOptions {
  std::string monitor = "val_loss";
  Mode mode = Mode::kAuto;
};
std::shared_ptr<Callback> KeepBest(const KeepBestOptions& options = {});

/// Makes the mean of the weights at the ends of epochs the model's weights when the training ends. Moving statistics are averaged, too;
/// refresh_statistics() then moves them to what the mean weights see. A resumed training begins a new mean.
/// Source:  Izmailov et al. 2018, Averaging Weights Leads to Wider Optima and Better Generalization.
struct WeightAveragingOptions {
  std::int64_t start_epoch = 0;  // the first epoch, from 0, whose end counts
  std::int64_t every = 1;        // epochs from one to the next that counts
};
std::shared_ptr<Callback> StochasticWeightAveraging(const WeightAveragingOptions& options = {});
/// Passes a source through a compiled model as an epoch of training does, but lets only the moving statistics change.
void refresh_statistics(Model& model, BatchSource& source);

/// Writes a line per epoch; appends when a training is resumed.
std::shared_ptr<Callback> CSVLogger(const std::string& path);

/// Writes the figures of each epoch to event files that TensorBoard shows: LOG_DIR/train and LOG_DIR/validation, tags "epoch_loss" ….
std::shared_ptr<Callback> TensorBoard(const std::string& log_dir = "logs");

/// Times every operator of `steps` batches, after `skip` that warm up, and writes what it saw for chrome://tracing or Perfetto. The table
/// of the same goes to standard output if `print`.
struct ProfilerOptions {
  std::int64_t skip = 3;
  std::int64_t steps = 5;
  bool print = false;
};
std::shared_ptr<Callback> Profiler(const std::string& path, const ProfilerOptions& options = {});

/// Stops when the loss is not a finite number and says which layer, batch and samples it came from.
std::shared_ptr<Callback> TerminateOnNaN();

/// Sets the learning rate at the start of each epoch.
std::shared_ptr<Callback> LearningRateScheduler(std::function<double(std::int64_t epoch, double current)> schedule);

/// Calls functions; for small things.
struct LambdaCallbackOptions {
  std::function<void(Training&)> on_epoch_begin = nullptr;
  std::function<void(Training&, const Logs&)> on_batch_end = nullptr;
  std::function<void(Training&, Logs&)> on_epoch_end = nullptr;
  std::function<void(Training&)> on_train_end = nullptr;
};
std::shared_ptr<Callback> LambdaCallback(LambdaCallbackOptions options);

/// A figure to watch: its best value so far, in its direction.
class Monitor {
 public:
  Monitor(std::string key, Mode mode, double min_delta = 0);
  const std::string& key() const { return key_; }
  bool higher_is_better() const { return higher_; }
  /// True if `value` is better than the best so far by more than min_delta; remembers it then.
  bool improve(double value);
  bool is_better(double value) const;
  bool has_best() const { return has_best_; }
  double best() const { return best_; }
  void restore(double best) {
    best_ = best;
    has_best_ = true;
  }

 private:
  std::string key_;
  bool higher_;
  double min_delta_;
  bool has_best_ = false;
  double best_ = 0;
};

/// The monitored figure; nothing in an epoch that is not validated. Throws kNotFound naming the figures that there are.
std::optional<double> monitored(const Training& training, const Logs& logs, const std::string& key);

}  // namespace lepton::train
