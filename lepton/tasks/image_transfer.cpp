// Image classifiers that start from trained weights: a head on cached features first, then, if asked for, all of it with care.
#include <algorithm>
#include <array>

#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/augment/augment.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/tasks/internal/feature_cache.hpp"
#include "lepton/tasks/internal/image_run.hpp"
#include "lepton/train/package.hpp"
#include "lepton/zoo/weights.hpp"

namespace lepton::tasks {
namespace {

// How pixels of 0 to 255 enter a network: (x - mean) / deviation.
struct Scaling {
  std::string_view name;
  std::vector<double> mean, deviation;
};
const std::vector<Scaling>& all_scalings() {
  static const std::vector<Scaling> table = {{"raw", {0}, {1}},
                                             {"unit", {0}, {255}},
                                             {"symmetric", {127.5}, {127.5}},
                                             {"efficientnet-lite", {127}, {128}},
                                             {"torchvision", {123.675, 116.28, 103.53}, {58.395, 57.12, 57.375}}};
  return table;
}
const Scaling& get_scaling(std::string_view name) {
  const auto found = std::ranges::find(all_scalings(), name, &Scaling::name);
  if (found != all_scalings().end()) return *found;
  std::vector<std::string> names;
  for (const Scaling& scaling : all_scalings()) names.emplace_back(scaling.name);
  if (name.empty()) fail(ErrorCode::kInvalidArgument, "from: say how the file takes pictures: scaling={}", join(names, ", scaling="));
  fail(ErrorCode::kNotFound, "scaling: '{}' is not known; there are {}{}", name, join(names, ", "), did_you_mean(name, names));
}

// Named weights (zoo::all_weights) that can be started from, and how they take pictures.
struct KnownWeights {
  std::string_view name, scaling;
};
constexpr std::array<KnownWeights, 1> kKnownWeights{{{"efficientnet-lite0", "efficientnet-lite"}}};

struct Start {
  train::Backbone backbone;
  data::ImageRecipe recipe;
};

Start from_package(const std::string& path) {
  const train::LoadedPackage loaded = train::load_package(local_files(), path).value();
  const Json& task = *json_member(*loaded.manifest, "task").value();
  return {train::backbone_of(loaded.model), data::image_recipe_from_json(*json_member(task, "recipe").value()).value()};
}

data::Fit fit_of(const std::string& word) {
  const Json json = {{"version", 1}, {"kind", "image"}, {"fit", word}};
  return data::image_recipe_from_json(json).value().fit;
}

Start from_file(const std::string& path, const Attributes& settings, std::string_view scaling_name) {
  const Scaling& scaling = get_scaling(scaling_name);
  const std::int64_t size = settings.integer("picture_size");
  Start start{.backbone = train::backbone_of(formats::read_graph_file(local_files(), path).value(),
                                             {.cut = settings.text("cut"),
                                              .height = size,
                                              .width = size,
                                              .levels = static_cast<int>(settings.integer("levels")),
                                              .mean = scaling.mean,
                                              .deviation = scaling.deviation})
                              .value(),
              .recipe = {}};
  const Shape& picture = start.backbone.input.node().input_type.shape;
  start.recipe = {.colour = picture[3] == 3 ? data::Colour::kRgb : data::Colour::kGrey,
                  .height = picture[1],
                  .width = picture[2],
                  .fit = fit_of(settings.text("fit"))};
  return start;
}

Start open_start(const Attributes& settings) {
  const std::string& from = settings.text("from");
  if (exists(local_files(), from).value()) {
    if (file_extension(from) == "lepton") return from_package(from);
    if (formats::is_graph_file(from)) return from_file(from, settings, settings.text("scaling"));
    fail(ErrorCode::kUnsupported, "from: '{}' is no .lepton package, ONNX or TensorFlow Lite file", from);
  }
  const auto* known = std::ranges::find(kKnownWeights, from, &KnownWeights::name);
  if (known == kKnownWeights.end()) {
    std::vector<std::string> names;
    for (const KnownWeights& weights : kKnownWeights) names.emplace_back(weights.name);
    fail(ErrorCode::kNotFound, "from: there is no file '{}', and no known weights of that name{}", from, did_you_mean(from, names));
  }
  return from_file(zoo::locate_weights(local_files(), known->name).value(), settings,
                   settings.text("scaling").empty() ? known->scaling : settings.text("scaling"));
}

train::FeatureSet both(const train::FeatureSet& a, const train::FeatureSet& b) {
  const std::int64_t count = a.classes.shape()[0], width = a.features.shape()[1];
  train::FeatureSet all{Tensor::empty(DType::kF32, {2 * count, width}), Tensor::empty(DType::kI64, {2 * count}), 2};
  all.features.rows(0, count).assign(a.features);
  all.features.rows(count, 2 * count).assign(b.features);
  all.classes.rows(0, count).assign(a.classes);
  all.classes.rows(count, 2 * count).assign(b.classes);
  return all;
}

train::FittedHead fit_on_features(const TrainRequest& request, const OpenedData& opened, const train::Backbone& backbone) {
  const Attributes& settings = request.settings;
  train::Model features = train::features_model(backbone);
  FeatureRequest view{.verbose = request.verbose, .cancel = request.cancel};
  train::FeatureSet training = cached_features(features, opened.recipe, part_of(opened, "train"), view);
  const train::FeatureSet validation = cached_features(features, opened.recipe, part_of(opened, "val"), view);
  const auto augmentation = data::Augmentation::from_words(settings.get<std::vector<std::string>>("augment")).value();
  if (augmentation.range().flip_horizontal) {
    view.flipped = true;
    training = both(training, cached_features(features, opened.recipe, part_of(opened, "train"), view));
  }
  return train::fit_head(training, validation,
                         {.num_classes = opened.dataset->target().num_classes(), .seed = seed_of(settings), .cancel = request.cancel});
}

}  // namespace

TrainResult train_from(const TrainRequest& request) {
  const Attributes& settings = request.settings;
  const Start start = open_start(settings);
  const OpenedData opened = open_data(request, start.recipe);
  const auto head = catch_error([&] { return fit_on_features(request, opened, start.backbone); });
  if (!head && head.error().code() != ErrorCode::kCancelled) throw head.error();
  if (!head || head->cancelled) return {.interrupted = true, .stop_reason = "interrupted"};
  train::Model model =
      train::join(start.backbone, *head, {.seed = seed_of(settings), .name = std::string(file_stem(settings.text("from")))});
  FittedRun fitted{.validation = head->validation, .best_epoch = 1};
  if (settings.number("unfreeze") > 0) {
    const std::vector<Tensor> before = model.get_weights();
    const auto rates = train::fine_tuning_rates(model.network(), settings.number("unfreeze"), settings.number("rate_decay"));
    // The step size of a training from scratch would destroy what the weights know.
    const std::string& optimizer = settings.text("optimizer");
    const FittedRun further = fit_with_checkpoints(
        request, opened, model,
        {.optimizer = optimizer == "adam" ? train::FineTuneOptions{}.optimizer : optim::Optimizer(optimizer), .rates = rates});
    const double* loss = train::find_log(further.validation, "loss");
    if (further.interrupted) return {.best_epoch = 0, .interrupted = true, .stop_reason = further.stop_reason};
    // Kept only if it is better where it can be seen.
    if (loss != nullptr && *loss < *train::find_log(head->validation, "loss")) {
      fitted = further;
    } else {
      model.set_weights(before);
    }
  }
  return finish_run(request, opened, model, fitted);
}

}  // namespace lepton::tasks
