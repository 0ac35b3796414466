// Model and Sequential: Keras's compile, fit, evaluate and predict in C++.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lepton/nn/network.hpp"
#include "lepton/runtime/program.hpp"
#include "lepton/train/batches.hpp"
#include "lepton/train/history.hpp"
#include "lepton/train/step_graph.hpp"

namespace lepton::train {

class Callback;

struct ModelOptions {
  DType dtype = DType::kF32;  // of weights and computation: f32 or f64
  std::uint64_t seed = 0;     // of initial weights, shuffling and random layers
  std::string name = "model";
};

struct CompileOptions {
  optim::Optimizer optimizer = "rmsprop";
  nn::Loss loss = {};                 // for every output …
  std::vector<nn::Loss> losses = {};  // … or one each
  std::vector<double> loss_weights = {};
  std::vector<nn::Metric> metrics = {};                      // for every output …
  std::vector<std::vector<nn::Metric>> output_metrics = {};  // … or those of each
  std::map<std::string, double> rates = {};  // factors on the learning rate by weight, 1 unless named; 0: the weight is not trained
};

struct FitOptions {
  std::int64_t epochs = 1;
  std::int64_t batch_size = 32;
  /// Share of the samples kept for validation. They are drawn at random before training (Keras cuts off the last ones instead, unshuffled).
  double validation_split = 0;
  std::optional<std::pair<Arrays, Arrays>> validation_data = {};
  Tensor validation_weight = {};           // of the samples of validation_data, [N]
  std::int64_t validation_batch_size = 0;  // 0: batch_size
  std::int64_t validation_freq = 1;        // every how manieth epoch is validated
  bool shuffle = true;
  std::map<std::int64_t, double> class_weight = {};  // by class index: weights of samples
  Tensor sample_weight = {};                         // [N]
  std::vector<std::shared_ptr<Callback>> callbacks = {};
  int verbose = 1;  // 1 progress bar, 2 one line per epoch, 0 silent
  std::int64_t initial_epoch = 0;
  const std::atomic<bool>* cancel = nullptr;  // training stops after the batch in which it becomes true
};

struct EvaluateOptions {
  std::int64_t batch_size = 32;
  Tensor sample_weight = {};
};

/// Figures and what they were computed from.
struct Evaluation {
  Logs logs;                             // "loss", metrics
  std::vector<Tensor> predictions = {};  // per output, [N, …], if asked for
};

/// What it takes to run a model, known before it runs.
struct Footprint {
  std::int64_t parameters = 0, trainable_parameters = 0;
  std::int64_t macs_per_sample = 0;      // multiply-accumulates of one forward pass
  std::int64_t training_peak_bytes = 0;  // 0 if not compiled
  std::int64_t inference_peak_bytes = 0;
};

class Model {
 public:
  Model(const std::vector<nn::Symbol>& inputs, const std::vector<nn::Symbol>& outputs, const ModelOptions& options = {});
  Model(const nn::Symbol& input, const nn::Symbol& output, const ModelOptions& options = {})
      : Model(std::vector{input}, std::vector{output}, options) {}
  explicit Model(nn::Network network, const ModelOptions& options = {});
  /// With given weights, as the graph stores them (nn::to_stored): nothing is initialised, and a file's memory serves as it is until a
  /// weight is changed; nothing else may write there. Throws kShapeMismatch naming a weight that does not fit.
  using StoredWeights = std::function<Tensor(const nn::Weight&)>;
  Model(nn::Network network, const ModelOptions& options, const StoredWeights& stored);
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  /// Sets what is trained and how. Call again after freezing or unfreezing layers. Optimiser states start anew.
  void compile(const CompileOptions& options);
  bool is_compiled() const;

  /// Trains and returns the figures of each epoch.
  /// Errors:  throws kInvalidArgument if not compiled; kShapeMismatch for arrays that do not fit; kCancelled never: see History and
  /// `cancel`.
  History fit(const Arrays& x, const Arrays& y, const FitOptions& options = {});
  /// The same from any source of batches; `validation` may be null.
  History fit(BatchSource& training, BatchSource* validation, const FitOptions& options);

  /// Loss and metrics as by compile(), without training.
  Logs evaluate(const Arrays& x, const Arrays& y, const EvaluateOptions& options = {});
  Evaluation evaluate(BatchSource& source, bool keep_predictions = false);

  /// Predictions for all samples, in Keras's axis order; the single output of most models.
  Tensor predict(const Arrays& x, std::int64_t batch_size = 32);
  std::vector<Tensor> predict_all(const Arrays& x, std::int64_t batch_size = 32);
  std::vector<Tensor> predict_all(BatchSource& source);

  /// One optimiser step; returns the batch's loss (its own, no running mean) and metrics.
  Logs train_on_batch(const Batch& batch);

  const nn::Network& network() const;
  const ModelOptions& options() const;
  std::uint64_t seed() const;
  /// All weights in Keras's order and shapes, layer by layer; set_weights takes the same.
  std::vector<Tensor> get_weights() const;
  /// Throws kShapeMismatch naming the weight.
  void set_weights(const std::vector<Tensor>& weights);
  Tensor get_weight(std::string_view name) const;
  void set_weight(std::string_view name, const Tensor& value);
  /// Sets what stateful layers keep from batch to batch to zero: the next batch starts new sequences. `layer`: only in this one.
  /// Throws kNotFound if the model has no such layer.
  void reset_states(std::string_view layer = {});
  /// Swaps weights and their moving averages (optimisers with use_ema).
  void swap_averages();
  /// Makes the moving averages the weights, as Keras does at the end of training.
  void adopt_averages();

  /// Every state of training by name (weights and optimiser states in Keras's order), and back: the content of a checkpoint.
  runtime::TensorMap save_states() const;
  Result<void> restore_states(const runtime::TensorMap& states);
  std::int64_t iterations() const;
  void set_iterations(std::int64_t iterations);
  double learning_rate() const;
  void set_learning_rate(double value);

  /// Parameters, MACs and memory; training memory for `batch_size` if compiled.
  Footprint footprint(std::int64_t batch_size = 32);
  /// Table of layers with shapes and parameters, totals, MACs and peak memory.
  std::string summary(std::int64_t batch_size = 32);
  /// Throws kResourceExhausted, with the figures, if training at `batch_size` needs more memory than the machine has.
  void check_memory(std::int64_t batch_size);

  /// Times every step of training, evaluation and prediction until it is set to null.
  void set_profile(runtime::Profile* profile);

  /// While on, a batch whose loss is not finite leaves the weights as they were, so that its cause can be found. Costs one more pass of
  /// arithmetic over the weights.
  void set_keep_finite(bool on);
  /// Says what is not finite, and for which samples of the batch: an input, a target, a weight, or the first layer (in order of
  /// computation) that gives such a value; "" if all are finite.
  std::string find_non_finite(const Batch& batch);

  /// The prediction graph and its variables, for export and serving. Without memory: every batch starts new sequences.
  runtime::Program& prediction_program();
  const Objective& objective() const;
  const optim::Optimizer& optimizer() const;

  /// Writes a .lepton package (manifest, ONNX, weights) that load() reads back.
  void save(const std::string& path) const;
  static Model load(const std::string& path);

 private:
  friend class FitLoop;
  struct State;
  std::unique_ptr<State> state_;
};

/// A model whose layers stand in a row.
class Sequential : public Model {
 public:
  Sequential(std::initializer_list<nn::Layer> layers, const ModelOptions& options = {})
      : Sequential(std::vector<nn::Layer>(layers), options) {}
  explicit Sequential(const std::vector<nn::Layer>& layers, const ModelOptions& options = {})
      : Model(nn::Network::sequential(layers, options.dtype), options) {}
};

}  // namespace lepton::train
