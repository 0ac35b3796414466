// The head is fitted on features that are computed once; the joined model starts from there.
#include "lepton/train/fine_tune.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/formats/onnx/backbone.hpp"
#include "lepton/nn/layers.hpp"

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
    const formats::OnnxBackbone cut = formats::onnx_backbone(std::move(file), {.cut = options.cut, .sample = sample}).value();
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
  const auto source = [&](const FeatureSet& set, bool shuffle) {
    const Tensor weights = options.balance ? balancing_weights(set.classes, options.num_classes) : Tensor();
    return array_source(set.features, set.classes, weights, {.batch_size = options.batch_size, .shuffle = shuffle, .seed = options.seed});
  };
  const auto train_source = source(training, true), validation_source = source(validation, false);
  const nn::Layer normalization = standardize(training.features);
  std::optional<FittedHead> best;
  for (const double decay : options.weight_decays) {
    const nn::Symbol input = nn::Input({training.features.shape()[1]}, {.name = "features"});
    const nn::Symbol dropped = nn::Dropout(options.dropout, {.name = "head_dropout"})(normalization(input));
    const nn::Layer classes = nn::Dense(options.num_classes, {.activation = "softmax", .name = std::string(kHeadLayer)});
    FittedHead head{Model(input, classes(dropped), {.seed = options.seed, .name = "head"}), decay};
    head.model.compile({.optimizer = fmt::format("adamw(0.001, weight_decay={})", decay),
                        .loss = "sparse_categorical_crossentropy",
                        .metrics = {"accuracy"}});
    head.history = head.model.fit(*train_source, validation_source.get(),
                                  {.epochs = options.epochs,
                                   .callbacks = {EarlyStopping({.patience = options.patience, .restore_best_weights = true})},
                                   .verbose = 0,
                                   .cancel = options.cancel});
    if (cancelled(options)) return head;
    const std::vector<double>& losses = head.history["val_loss"];
    const auto least = std::ranges::min_element(losses);
    head.validation_loss = *least;
    head.best_epoch = least - losses.begin() + 1;
    if (!best || head.validation_loss < best->validation_loss) best = std::move(head);
  }
  if (!best) fail(ErrorCode::kInvalidArgument, "fit_head: there is no weight decay to try");
  best->validation = best->model.evaluate(validation.features, validation.classes);
  return std::move(*best);
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
