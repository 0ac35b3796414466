// Transfer: a trained network without its head, a new head on its features, and careful further training of both.
#pragma once

#include "lepton/formats/onnx/model_file.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {

/// A trained network below its head.
struct Backbone {
  nn::Symbol input;
  nn::Symbol features;         // [N, D]
  runtime::TensorMap weights;  // of the layers between the two, as Keras shows them
};

/// The layers of `model` below its last Dense.
/// Errors:  throws kUnsupported if it has several inputs or no Dense.
Backbone backbone_of(const Model& model);

struct BackboneFileOptions {
  std::string cut = {};                // name of the value at which the head is cut off; empty: found by itself
  std::int64_t height = 0, width = 0;  // of the pictures; 0: as the file says
  int levels = 0;                      // sizes of maps whose averages and largest values join the features (formats::BackboneOptions)
  std::vector<double> mean = {0};      // pictures enter as (x - mean) / deviation, x from 0 to 255: one value, or one for each channel
  std::vector<double> deviation = {1};
};
/// A model file (formats::read_graph_file) that takes pictures. The input is [N, height, width, channels] u8. A map of features is
/// averaged. Errors:  those of formats::onnx_backbone(); kUnsupported if the input is no picture or the cut gives neither a vector nor a
/// map.
Result<Backbone> backbone_of(formats::OnnxModelFile file, const BackboneFileOptions& options = {});

/// The backbone as a model, whose predictions are the features.
Model features_model(const Backbone& backbone, std::uint64_t seed = 0);

/// Features and classes of samples.
struct FeatureSet {
  Tensor features;         // [N, D]
  Tensor classes;          // [N] i64
  std::int64_t views = 1;  // of each sample, such as its mirror image: row v * N / views + i is view v of sample i
};
FeatureSet extract_features(Model& features, BatchSource& source);

struct HeadOptions {
  std::int64_t num_classes = 2;
  double dropout = 0.2;                                                  // before the head, in further training
  std::vector<double> penalties = {0.3, 0.1, 0.03, 0.01, 0.003, 0.001};  // λ on the squared weights; cross-validation chooses
  int folds = 5;
  bool balance = true;  // samples of rare classes weigh more if a class is more than 1.5 times as frequent as another
  std::uint64_t seed = 0;
  const std::atomic<bool>* cancel = nullptr;
};
struct FittedHead {
  Model model;  // takes features
  double penalty = 0;
  double cross_validation_loss = 0;  // by which it was chosen
  Logs validation = {};              // loss and accuracy on the validation samples, which chose nothing
  bool cancelled = false;
};
/// Fits a head: standardised features and multinomial logistic regression. The penalty is chosen by cross-validation among the training
/// samples, whose classes are spread evenly over the folds and whose views stay together.
/// Errors:  throws kInvalidArgument without penalties; those of fit_logistic_regression().
FittedHead fit_head(const FeatureSet& training, const FeatureSet& validation, const HeadOptions& options);

/// Backbone and head as one model from the backbone's input to class probabilities.
Model join(const Backbone& backbone, const FittedHead& head, const ModelOptions& options = {});

/// Weights of each sample such that all classes count alike; empty if none is more than 1.5 times as frequent as another.
Tensor balancing_weights(const Tensor& classes, std::int64_t num_classes);

/// Factors on the learning rate for further training, by weight: 1 for the head, and for each group of backbone weights (kernel and bias of
/// a layer) that lies deeper `decay` times the one above. Only a share `unfreeze` of the groups, counted from the head, is trained.
std::map<std::string, double> fine_tuning_rates(const nn::Network& network, double unfreeze, double decay = 0.95);

struct FineTuneOptions {
  HeadOptions head = {};
  double unfreeze = 0;  // share of the backbone that is trained too, counted from the head; 0: the head alone
  double decay = 0.95;  // of the learning rate, from one group of weights to the next deeper one
  optim::Optimizer optimizer = "adamw(0.0003, weight_decay=0.01)";
  std::int64_t epochs = 5;
  std::int64_t patience = 2;
  int verbose = 1;
};
struct FineTuned {
  Model model;
  FittedHead head;
  bool unfrozen = false;  // further training was better on validation and was kept
};
/// Makes a classifier of a backbone: a head on its features, and, if `unfreeze` says so, further training of both that is kept only if the
/// validation loss falls. Batches have the backbone's input and class indices.
///
/// Example:
///     auto backbone = train::backbone_of(formats::read_graph_file(local_files(), "net.onnx").value(), {.mean = {127}, .deviation =
///     {128}}); auto tuned = train::fine_tune(*backbone, training, validation, {.head = {.num_classes = 2}, .unfreeze = 0.3});
///     tuned.model.save("ants_and_bees.lepton");
/// Source:  Howard & Ruder 2018 (discriminative rates); Kumar et al. 2022 (head first, then all).
FineTuned fine_tune(const Backbone& backbone, BatchSource& training, BatchSource& validation, const FineTuneOptions& options);

}  // namespace lepton::train
