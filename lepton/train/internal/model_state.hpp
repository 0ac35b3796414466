// What a Model owns, shared by the files that implement it.
#pragma once

#include "lepton/train/model.hpp"

namespace lepton::train {

struct Compiled {
  Objective objective;
  optim::Optimizer optimizer;
  std::unique_ptr<runtime::Program> update, accumulate, evaluation;
  bool weighted = false;     // the training programs take sample weights
  bool keep_finite = false;  // … and update nothing if the loss is not finite
  bool evaluation_weighted = false;
};

struct Model::State {
  explicit State(nn::Network n, const ModelOptions& o)
      : network(std::move(n)), options(o), variables(std::make_shared<runtime::VariableStore>()) {}

  nn::Network network;
  ModelOptions options;
  std::shared_ptr<runtime::VariableStore> variables;
  std::unique_ptr<runtime::Program> prediction, stateless_prediction, diagnosis;
  std::optional<Compiled> compiled;
  std::int64_t iterations = 0;
  runtime::Profile* profile = nullptr;

  Compiled& require_compiled() {
    if (!compiled) fail(ErrorCode::kInvalidArgument, "model: call compile() first");
    return *compiled;
  }
  runtime::Program& training_program(bool weighted, optim::StepKind kind);
  runtime::Program& evaluation_program(bool weighted);
  runtime::Program& prediction_program();
  /// The same where every batch starts new sequences.
  runtime::Program& stateless_prediction_program();
  /// The weight whose stored order a state has (its own, or that of the weight an optimiser state belongs to).
  const nn::Weight* weight_of_state(std::string_view state) const;

  /// Inputs of one batch in the order of `program`.
  std::vector<Tensor> feed(const runtime::Program& program, const Batch& batch) const;
  void adopt_averages();
  /// Runs one step; returns the results by the program's output names.
  std::span<const Tensor> train(const Batch& batch);
};

/// Adds up losses and metric sums over batches as Keras does (each batch counts by its number of samples).
class RunningLogs {
 public:
  RunningLogs(const nn::Network& network, const Objective& objective, const std::vector<std::string>& result_names);
  void add(std::span<const Tensor> results, std::int64_t batch_size);
  Logs logs() const;
  /// Sums so far, for checkpoints in the middle of an epoch.
  const std::vector<double>& sums() const { return sums_; }
  double samples() const { return samples_; }
  void restore(std::vector<double> sums, double samples) {
    sums_ = std::move(sums);
    samples_ = samples;
  }
  void reset();

 private:
  struct Figure {
    std::string key;
    const nn::Metric* metric = nullptr;  // null: a loss
    std::size_t first = 0, count = 1;    // places in the results
  };
  std::vector<Figure> figures_;
  std::vector<double> sums_;
  double samples_ = 0;
};

}  // namespace lepton::train
