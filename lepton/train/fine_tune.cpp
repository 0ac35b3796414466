// The head is fitted on features that are computed once; the joined model starts from there.
#include "lepton/train/fine_tune.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lepton/base/random.hpp"
#include "lepton/formats/onnx/backbone.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/train/logistic_regression.hpp"

namespace lepton::train {
namespace {

constexpr std::string_view kHeadLayer = "class";

void set_weights(Model& model, const runtime::TensorMap& weights) {
  for (const nn::Weight& weight : model.network().weights()) {
    if (const auto value = weights.find(weight.name); value != weights.end()) model.set_weight(weight.name, value->second);
  }
}

// Mean and variance of each feature. One that hardly varies among the training samples may vary among others, and must not explode there.
nn::Layer standardize(const Tensor& features) {
  const std::int64_t count = features.shape()[0], width = features.shape()[1];
  const std::vector<double> values = features.to_vector<double>();
  const auto columns = static_cast<std::size_t>(width);
  std::vector<double> mean(columns), variance(columns);
  for (std::size_t i = 0; i < values.size(); ++i) mean[i % columns] += values[i] / static_cast<double>(count);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double difference = values[i] - mean[i % columns];
    variance[i % columns] += difference * difference / static_cast<double>(count);
  }
  double average = 0;
  for (const double v : variance) average += v / static_cast<double>(width);
  for (double& v : variance) v = std::max(v, average > 0 ? 0.01 * average : 1.0);
  return nn::Normalization({.mean = mean, .variance = variance, .name = "feature_normalization"});
}

bool cancelled(const HeadOptions& options) { return options.cancel != nullptr && options.cancel->load(); }

// Numbers of the folds of the samples: each class is spread evenly.
std::vector<int> folds_of(const std::vector<std::int64_t>& classes, const HeadOptions& options) {
  std::vector<std::size_t> order(classes.size());
  std::iota(order.begin(), order.end(), 0);
  Random(options.seed).shuffle(order);
  std::vector<int> folds(classes.size());
  std::map<std::int64_t, int> next;
  for (const std::size_t i : order) folds[i] = next[classes[i]]++ % options.folds;
  return folds;
}

// The rows whose samples lie in a fold, or in all others; all rows for no fold.
LogisticRows rows_of(const FeatureSet& set, const std::vector<int>& folds, int fold, bool inside, const HeadOptions& options) {
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < set.features.shape()[0]; ++row) {
    if (fold < 0 || (folds[static_cast<std::size_t>(row) % folds.size()] == fold) == inside) rows.push_back(row);
  }
  const Tensor places = Tensor::from(rows, {std::ssize(rows)});
  LogisticRows made{ops::gather(set.features, places), ops::gather(set.classes, places), {}};
  if (options.balance) made.weights = balancing_weights(made.classes, options.num_classes);
  return made;
}

double loss_of(const LogisticWeights& weights, const LogisticRows& rows) {
  const std::vector<double> p = predict_logistic_regression(weights, rows.features).to_vector<double>();
  const auto classes = static_cast<std::size_t>(weights.bias.num_elements());
  double loss = 0, total = 0;
  for (std::size_t i = 0; i < p.size() / classes; ++i) {
    const double weight = rows.weights.defined() ? rows.weights.data<double>()[i] : 1;
    loss -= weight * std::log(std::max(p[i * classes + static_cast<std::size_t>(rows.classes.data<std::int64_t>()[i])], 1e-12));
    total += weight;
  }
  return loss / total;
}

struct HeadFit {
  double penalty = 0, loss = 0;
  LogisticWeights weights;
};

// From the strongest penalty to the weakest, each fit starting where the one before ended.
HeadFit choose_penalty(const FeatureSet& scaled, const HeadOptions& options) {
  std::vector<double> penalties = options.penalties;
  std::ranges::sort(penalties, std::greater());
  const std::int64_t samples = scaled.features.shape()[0] / scaled.views;
  const std::vector<int> folds = folds_of(scaled.classes.rows(0, samples).to_vector<std::int64_t>(), options);
  std::vector<double> losses(penalties.size());
  const auto fit = [&](const LogisticRows& rows, double penalty, const LogisticWeights& start) {
    return fit_logistic_regression(rows, {.num_classes = options.num_classes, .penalty = penalty, .cancel = options.cancel}, start);
  };
  for (int fold = 0; fold < options.folds && penalties.size() > 1; ++fold) {
    const LogisticRows learnt = rows_of(scaled, folds, fold, false, options), checked = rows_of(scaled, folds, fold, true, options);
    if (learnt.classes.num_elements() == 0 || checked.classes.num_elements() == 0) continue;  // fewer samples than folds
    LogisticWeights weights;
    for (std::size_t i = 0; i < penalties.size(); ++i) {
      weights = fit(learnt, penalties[i], weights);
      losses[i] += loss_of(weights, checked) / options.folds;
    }
  }
  const auto best = static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin());
  return {penalties[best], losses[best], fit(rows_of(scaled, folds, -1, true, options), penalties[best], {})};
}

// The backbone's group that a weight belongs to: kernel and bias of a layer differ in the last part of their names.
std::string group_of(const std::string& weight) { return weight.substr(0, weight.find_last_of("./")); }

nn::Symbol as_vectors(const nn::Symbol& features, const nn::Symbol& input) {
  const nn::Network network = nn::Network::functional({input}, {features});
  const int rank = network.calls().back().output_shapes[0].rank();
  if (rank == 4) return nn::GlobalAveragePooling2D({.name = "feature_pooling"})(features);
  if (rank != 2) fail(ErrorCode::kUnsupported, "backbone: the value at the cut has rank {}, not 2 or 4; name another", rank);
  return features;
}

}  // namespace

Backbone backbone_of(const Model& model) {
  const nn::Network& network = model.network();
  if (network.inputs().size() != 1) fail(ErrorCode::kUnsupported, "backbone: the model has {} inputs", network.inputs().size());
  const auto& calls = network.calls();
  std::size_t head = calls.size();
  while (head > 0 && network.layers()[calls[head - 1].layer].def().name != "Dense") --head;
  if (head == 0) fail(ErrorCode::kUnsupported, "backbone: the model has no Dense layer to cut off");
  const graph::GraphInput& declared = network.inputs()[0];
  Backbone backbone;
  backbone.input =
      nn::Input(Dims(declared.type.shape.begin() + 1, declared.type.shape.end()), {.dtype = declared.type.dtype, .name = declared.name});
  std::vector<nn::Symbol> made;
  const auto symbol = [&](std::pair<int, int> place) {
    return place.first < 0 ? backbone.input : made[static_cast<std::size_t>(place.first)];
  };
  for (std::size_t i = 0; i + 1 < head; ++i) {
    std::vector<nn::Symbol> inputs;
    for (const auto& place : calls[i].inputs) inputs.push_back(symbol(place));
    made.push_back(network.layers()[calls[i].layer](inputs));
  }
  backbone.features = symbol(calls[head - 1].inputs[0]);
  const nn::Network below = nn::Network::functional({backbone.input}, {backbone.features}, network.dtype());
  for (const nn::Weight& weight : below.weights()) backbone.weights[weight.name] = model.get_weight(weight.name);
  return backbone;
}

Result<Backbone> backbone_of(formats::OnnxModelFile file, const BackboneFileOptions& options) {
  return catch_error([&] {
    const std::vector<formats::OnnxValueInfo>& inputs = file.graph.inputs;
    if (inputs.size() != 1 || !inputs[0].dims || inputs[0].dims->size() != 4)
      fail(ErrorCode::kUnsupported, "backbone: the model takes no pictures: one input of rank 4 is expected");
    Dims sample(inputs[0].dims->begin() + 1, inputs[0].dims->end());
    const bool channels_first = sample[0] == 3 || sample[0] == 1;
    if (!channels_first && sample[2] != 3 && sample[2] != 1)
      fail(ErrorCode::kUnsupported, "backbone: the input '{}' has shape {} without an axis of 1 or 3 channels", inputs[0].name,
           Shape(sample));
    const std::size_t rows = channels_first ? 1 : 0;
    const std::int64_t channels = sample[channels_first ? 0 : 2];
    if (options.height > 0) sample[rows] = options.height;
    if (options.width > 0) sample[rows + 1] = options.width;
    const Dims shape = {sample[rows], sample[rows + 1], channels};
    const formats::OnnxBackbone cut =
        formats::onnx_backbone(std::move(file), {.cut = options.cut, .sample = sample, .levels = options.levels}).value();
    const auto of_channels = [&](std::vector<double> values, bool squared) {
      if (values.size() == 1) values.resize(static_cast<std::size_t>(channels), values[0]);
      for (double& value : values) value = squared ? value * value : value;
      return values;
    };
    Backbone backbone;
    backbone.input = nn::Input(shape, {.dtype = DType::kU8, .name = "image"});
    const nn::Layer scale = nn::Normalization(
        {.mean = of_channels(options.mean, false), .variance = of_channels(options.deviation, true), .name = "picture_normalization"});
    const nn::Layer layer = nn::GraphLayer(cut.graph, {.channels_first = channels_first, .name = "backbone"});
    backbone.features = as_vectors(layer(scale(backbone.input)), backbone.input);
    for (const auto& [name, value] : cut.weights) backbone.weights["backbone/" + name] = value;
    return backbone;
  });
}

Model features_model(const Backbone& backbone, std::uint64_t seed) {
  Model model(backbone.input, backbone.features, {.seed = seed, .name = "features"});
  set_weights(model, backbone.weights);
  return model;
}

FeatureSet extract_features(Model& features, BatchSource& source) {
  std::vector<Tensor> rows, classes;
  source.start(0, 0);
  Batch batch;
  std::int64_t count = 0, width = 0;
  while (source.next(batch)) {
    rows.push_back(features.predict(Arrays(batch.inputs), batch.size()));
    classes.push_back(batch.targets.at(0).cast(DType::kI64));
    count += batch.size();
    width = rows.back().shape()[1];
  }
  FeatureSet set{Tensor::empty(DType::kF32, {count, width}), Tensor::empty(DType::kI64, {count})};
  for (std::int64_t i = 0, row = 0; i < std::ssize(rows); ++i) {
    const Tensor& part = rows[static_cast<std::size_t>(i)];
    set.features.rows(row, row + part.shape()[0]).assign(part);
    set.classes.rows(row, row + part.shape()[0]).assign(classes[static_cast<std::size_t>(i)]);
    row += part.shape()[0];
  }
  return set;
}

Tensor balancing_weights(const Tensor& classes, std::int64_t num_classes) {
  std::vector<double> counts(static_cast<std::size_t>(num_classes)), weights;
  const std::vector<std::int64_t> labels = classes.to_vector<std::int64_t>();
  for (const std::int64_t label : labels) counts.at(static_cast<std::size_t>(label)) += 1;
  std::vector<double> present;
  std::ranges::copy_if(counts, std::back_inserter(present), [](double n) { return n > 0; });
  if (present.empty() || std::ranges::max(present) <= 1.5 * std::ranges::min(present)) return {};
  const double each = static_cast<double>(labels.size()) / static_cast<double>(present.size());
  for (const std::int64_t label : labels) weights.push_back(each / counts[static_cast<std::size_t>(label)]);
  return Tensor::from(weights, {std::ssize(weights)});
}

FittedHead fit_head(const FeatureSet& training, const FeatureSet& validation, const HeadOptions& options) {
  if (options.penalties.empty()) fail(ErrorCode::kInvalidArgument, "fit_head: there is no penalty to try");
  const nn::Symbol input = nn::Input({training.features.shape()[1]}, {.name = "features"});
  const nn::Symbol standard = standardize(training.features)(input);
  Model scale(input, standard);
  const FeatureSet scaled{scale.predict(training.features), training.classes, training.views};
  const HeadFit fit = choose_penalty(scaled, options);
  const nn::Symbol dropped = nn::Dropout(options.dropout, {.name = "head_dropout"})(standard);
  const nn::Layer classes = nn::Dense(options.num_classes, {.activation = "softmax", .name = std::string(kHeadLayer)});
  FittedHead head{Model(input, classes(dropped), {.seed = options.seed, .name = "head"}), fit.penalty, fit.loss};
  head.cancelled = cancelled(options);
  head.model.set_weight(std::string(kHeadLayer) + "/kernel", fit.weights.kernel);
  head.model.set_weight(std::string(kHeadLayer) + "/bias", fit.weights.bias);
  head.model.compile({.loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  head.validation = head.model.evaluate(validation.features, validation.classes);
  return head;
}

Model join(const Backbone& backbone, const FittedHead& head, const ModelOptions& options) {
  nn::Symbol x = backbone.features;
  for (const nn::Layer& layer : head.model.network().layers()) x = layer(x);
  Model model(backbone.input, x, options);
  set_weights(model, backbone.weights);
  for (const nn::Weight& weight : head.model.network().weights()) model.set_weight(weight.name, head.model.get_weight(weight.name));
  return model;
}

std::map<std::string, double> fine_tuning_rates(const nn::Network& network, double unfreeze, double decay) {
  std::vector<std::vector<std::string>> groups;  // from the input on, without the head
  std::string last;
  for (const nn::Weight& weight : network.weights()) {
    if (weight.name.starts_with(std::string(kHeadLayer) + "/")) continue;
    if (const std::string group = group_of(weight.name); groups.empty() || group != last) {
      groups.emplace_back();
      last = group;
    }
    groups.back().push_back(weight.name);
  }
  const auto trained = static_cast<std::size_t>(std::ceil(unfreeze * static_cast<double>(groups.size())));
  std::map<std::string, double> rates;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::size_t depth = groups.size() - i;  // 1: next to the head
    for (const std::string& name : groups[i]) rates[name] = depth > trained ? 0 : std::pow(decay, static_cast<double>(depth));
  }
  return rates;
}

FineTuned fine_tune(const Backbone& backbone, BatchSource& training, BatchSource& validation, const FineTuneOptions& options) {
  Model features = features_model(backbone);
  const FeatureSet learnt = extract_features(features, training), checked = extract_features(features, validation);
  FittedHead head = fit_head(learnt, checked, options.head);
  FineTuned tuned{join(backbone, head, {.seed = options.head.seed}), std::move(head)};
  const auto rates = fine_tuning_rates(tuned.model.network(), options.unfreeze, options.decay);
  tuned.model.compile({.optimizer = options.optimizer, .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}, .rates = rates});
  if (options.unfreeze == 0 || cancelled(options.head)) return tuned;
  const std::vector<Tensor> before = tuned.model.get_weights();
  tuned.model.fit(training, &validation,
                  {.epochs = options.epochs,
                   .callbacks = {TerminateOnNaN(), EarlyStopping({.patience = options.patience}), KeepBest()},
                   .verbose = options.verbose,
                   .cancel = options.head.cancel});
  tuned.unfrozen = *find_log(tuned.model.evaluate(validation).logs, "loss") < *find_log(tuned.head.validation, "loss");
  if (!tuned.unfrozen) tuned.model.set_weights(before);
  return tuned;
}

}  // namespace lepton::train
