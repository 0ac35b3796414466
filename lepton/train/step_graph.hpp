// The graphs of a model: one training step, one evaluation step, prediction. From a network, losses, metrics and an optimiser.
#pragma once

#include <map>

#include "lepton/nn/loss.hpp"
#include "lepton/nn/metric.hpp"
#include "lepton/nn/network.hpp"
#include "lepton/optim/optimizer.hpp"

namespace lepton::train {

/// A loss per output, and how it counts in the sum.
struct OutputLoss {
  nn::Loss loss;
  double weight = 1;
};

/// What a model was compiled with.
struct Objective {
  std::vector<OutputLoss> losses;                // one per output of the network
  std::vector<std::vector<nn::Metric>> metrics;  // per output; resolved kinds with batch sums, others are left to the host
  std::map<std::string, double> rates = {};      // factors on the learning rate by weight, 1 unless named; 0: not trained
};

/// Names of the inputs besides those of the network.
inline constexpr std::string_view kSampleWeight = "sample_weight";
inline constexpr std::string_view kLearningRate = "learning_rate";
inline constexpr std::string_view kStep = "step";
inline constexpr std::string_view kRandomKey = "random_key";
std::string target_name(const std::string& output);

struct StepOptions {
  bool weighted = false;     // takes sample weights
  bool keep_finite = false;  // a loss that is not finite updates nothing
  optim::StepKind kind = optim::StepKind::kUpdate;
};

/// One optimiser step: forward, loss, gradient, update. Trains the weights of trainable layers.
/// Inputs:  those of the network, targets, [sample_weight], learning_rate, step, random_key; states: weights and optimiser states.
/// Outputs: "loss"; per output "<name>/loss"; metric sums "<output>/<metric>/<k>"; updates of the states.
graph::Graph training_step(const nn::Network& network, const Objective& objective, const optim::Optimizer& optimizer,
                           const StepOptions& options);

/// Loss and metric sums without training; also the predictions, in Keras's order, as "prediction/<output>".
graph::Graph evaluation_step(const nn::Network& network, const Objective& objective, bool weighted);

/// Predictions only.
graph::Graph prediction_step(const nn::Network& network, bool memory = true);

/// The forward pass with the output of every layer call as "call/<i>", for diagnosis.
graph::Graph diagnosis_step(const nn::Network& network);

/// Weights of `network` that are trained: trainable ones of trainable layers, unless their rate in the objective is 0.
std::vector<const nn::Weight*> trained_weights(const nn::Network& network, const Objective& objective = {});

}  // namespace lepton::train
