// Training of image classifiers.
#include "lepton/tasks/image_classification.hpp"

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/fingerprint.hpp"
#include "lepton/data/leak/leak_guard.hpp"
#include "lepton/data/normalization.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/tasks/internal/image_run.hpp"
#include "lepton/tasks/loader_source.hpp"
#include "lepton/tasks/task_list.hpp"
#include "lepton/train/checkpoint.hpp"
#include "lepton/train/fit_loop.hpp"
#include "lepton/train/package.hpp"
#include "lepton/train/report/plot.hpp"
#include "lepton/zoo/zoo.hpp"

namespace lepton::tasks {
namespace {

std::uint64_t seed_of(const Attributes& settings) { return static_cast<std::uint64_t>(settings.integer("seed")); }

// Fitted on the training pictures alone, and part of the graph.
nn::Layer normalization(const Attributes& settings, const OpenedData& opened) {
  if (settings.text("normalize") == "scale") return nn::Rescaling(1.0 / 255);
  const bool standardize = settings.text("normalize") == "standardize";
  if (!standardize && settings.text("normalize") != "min-max")
    fail(ErrorCode::kInvalidArgument, "normalize must be scale, standardize or min-max, got '{}'", settings.text("normalize"));
  const data::ChannelStatistics s = data::measure_channels(opened.dataset, opened.split.indices("train").value()).value();
  std::vector<double> mean, variance;
  for (std::size_t c = 0; c < s.mean.size(); ++c) {
    const double spread = standardize ? s.standard_deviation[c] : s.maximum[c] - s.minimum[c];
    mean.push_back(standardize ? s.mean[c] : s.minimum[c]);
    variance.push_back(spread == 0 ? 1 : spread * spread);
  }
  return nn::Normalization({.mean = mean, .variance = variance});
}

// Conv 32, pool, conv 64, pool, dense 128: the small network of the Fashion-MNIST papers, with dropout.
nn::Symbol small_network(nn::Symbol x) {
  using namespace nn;
  x = MaxPooling2D({2, 2})(Conv2D(32, {3, 3}, {.padding = "same", .activation = "relu"})(x));
  x = MaxPooling2D({2, 2})(Conv2D(64, {3, 3}, {.padding = "same", .activation = "relu"})(x));
  return Dropout(0.4)(Dense(128, {.activation = "relu"})(Flatten()(Dropout(0.25)(x))));
}

// Three blocks of two convolutions with batch normalisation, after VGG: slower and better.
nn::Symbol large_network(nn::Symbol x) {
  using namespace nn;
  for (const std::int64_t filters : {32, 64, 128}) {
    for (int i = 0; i < 2; ++i) {
      const Layer conv = Conv2D(filters, {3, 3}, {.padding = "same", .use_bias = false, .kernel_initializer = "he_normal"});
      x = Activation("relu")(BatchNormalization({.momentum = 0.9})(conv(x)));
    }
    if (filters < 128) x = MaxPooling2D({2, 2})(x);
    x = Dropout(0.2)(x);
  }
  return Dropout(0.3)(GlobalAveragePooling2D()(x));
}

train::Model make_model(const Attributes& settings, const OpenedData& opened) {
  using namespace nn;
  const Symbol input = Input(opened.dataset->features()[0].type.shape.dims(), {.dtype = DType::kU8, .name = "image"});
  const Symbol normalized = normalization(settings, opened)(input);
  const std::int64_t num_classes = opened.dataset->target().num_classes();
  const std::string& name = settings.text("model");
  if (name != "small" && name != "large") {
    zoo::Choice choice = zoo::parse_choice(name);
    choice.options.classes = num_classes;
    choice.options.input_shape = opened.dataset->features()[0].type.shape.dims();
    return train::Model(input, zoo::build(*choice.model, normalized, choice.options),
                        {.seed = seed_of(settings), .name = std::string(choice.model->name)});
  }
  const Symbol features = name == "small" ? small_network(normalized) : large_network(normalized);
  const Symbol classes = Dense(num_classes, {.activation = "softmax", .name = "class"})(features);
  return train::Model(input, classes, {.seed = seed_of(settings), .name = name + "_cnn"});
}

data::Split make_split(const data::Dataset& dataset, const Attributes& settings) {
  const double validation = settings.number("validation"), rest = 1 - settings.number("test");
  const std::vector<std::string> groups = groups_of_pictures(dataset, settings.text("group"));
  const bool official = dataset.num_samples() > 0 && !dataset.official_part(0).empty();
  if (!official) {
    const data::Shares shares = {{"train", rest * (1 - validation)}, {"val", rest * validation}, {"test", settings.number("test")}};
    // Without groups, copies are what must stay together.
    return (groups.empty() ? data::split_copies_together(dataset, shares, seed_of(settings))
                           : data::grouped_split(dataset, groups, shares, seed_of(settings)))
        .value();
  }
  const data::Split split = data::official_split(dataset).value();
  if (split.indices("val")) return split;
  return data::split_part(dataset, split, "train", {{"train", 1 - validation}, {"val", validation}}, seed_of(settings), groups).value();
}

// What a linear model makes of the same pixels: the figure that a network has to beat.
void train_baseline(const TrainRequest& request, const OpenedData& opened, train::BatchSource& training) {
  const Attributes& settings = request.settings;
  using namespace nn;
  constexpr std::int64_t kEpochs = 3;
  const Symbol input = Input(opened.dataset->features()[0].type.shape.dims(), {.dtype = DType::kU8, .name = "image"});
  const Layer classes = Dense(opened.dataset->target().num_classes(), {.activation = "softmax", .name = "class"});
  train::Model model(input, classes(Flatten()(Rescaling(1.0 / 255)(input))), {.seed = seed_of(settings), .name = "linear_baseline"});
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.fit(training, nullptr, {.epochs = kEpochs, .batch_size = settings.integer("batch_size"), .verbose = 0});
  train::save_package(local_files(), join_path(request.run_folder, "baseline.lepton"), model, {{"kind", "baseline"}}, "A linear model.")
      .value();
}

train::CompileOptions objective(const Attributes& settings) {
  return {.optimizer = optim::Optimizer(settings.text("optimizer")), .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}};
}

std::string curves(const train::History& history, std::int64_t best_epoch) {
  return train::plot_curves("loss", {{"train", history["loss"]}, {"validation", history["val_loss"]}}, best_epoch);
}

Json describe_run(const Attributes& settings, const OpenedData& opened, const train::Logs& logs, std::int64_t best_epoch,
                  const std::string& fingerprint) {
  Json metrics = Json::object();
  for (const auto& [key, value] : logs) metrics[key] = value;
  const std::vector<std::int64_t> rows = opened.split.indices("train").value();
  return {{"kind", "image-classification"},
          {"labels", opened.dataset->target().label_names},
          {"recipe", data::to_json(opened.recipe)},
          {"decision", "largest probability"},
          {"data",
           {{"source", settings.text("data")},
            {"group", settings.text("group")},
            {"train_fingerprint", fingerprint},
            {"train_samples", rows.size()}}},
          {"best_epoch", best_epoch},
          {"validation", metrics}};
}

std::string card_of(const Json& task) {
  std::string text = "# Image classifier\n\nTrained by Lepton on `" + task.at("data").at("source").get<std::string>() + "`.\n\nClasses: ";
  for (const Json& label : task.at("labels")) text += label.get<std::string>() + (label == task.at("labels").back() ? ".\n" : ", ");
  text += "\nFigures on the validation samples that chose the epoch (optimistic; see the test report):\n\n";
  for (const auto& [key, value] : task.at("validation").items()) text += fmt::format("- {}: {:.4f}\n", key, value.get<double>());
  return text;
}

TrainResult train_in(const TrainRequest& request) {
  const Attributes& settings = request.settings;
  FileSystem& files = local_files();
  OpenedData opened;
  opened.recipe = data::suggest_image_recipe(files, settings.text("data")).value();
  opened.dataset = data::open_pictures(files, settings.text("data"), opened.recipe).value();
  files.make_folders(join_path(request.run_folder, "checkpoints")).value();
  const auto lock = files.lock(join_path(request.run_folder, "lock")).value();
  opened.split = make_split(*opened.dataset, settings);
  data::refuse_leaks(data::check_leaks(*opened.dataset, opened.split).value(), *opened.dataset,
                     settings.get<std::vector<std::string>>("allow_leaks"))
      .value();
  const std::string fingerprint = data::fingerprint(*opened.dataset, opened.split.indices("train").value()).value();
  write_run_config(request.run_folder, "image-classification", settings, fingerprint).value();
  write_atomic(files, join_path(request.run_folder, "split.json"), dump_json(data::to_json(opened.split, *opened.dataset))).value();

  const auto part = [&](const char* name) { return data::subset(opened.dataset, opened.split.indices(name).value()); };
  const data::Augmentation augmentation = data::Augmentation::from_words(settings.get<std::vector<std::string>>("augment")).value();
  const auto training =
      loader_source(part("train"), {.batch_size = settings.integer("batch_size"), .seed = seed_of(settings), .augmentation = augmentation});
  const auto validation = loader_source(part("val"), {.batch_size = settings.integer("batch_size"), .shuffle = false});
  train::Model model = make_model(settings, opened);
  model.compile(objective(settings));
  model.check_memory(settings.integer("batch_size"));

  const auto stopping = train::EarlyStopping({.patience = settings.integer("patience")});
  const auto checkpoint = std::make_shared<train::ModelCheckpoint>(
      train::CheckpointOptions{.folder = join_path(request.run_folder, "checkpoints"), .keep = {stopping}});
  train::FitOptions fit{.epochs = settings.integer("epochs"),
                        .batch_size = settings.integer("batch_size"),
                        .verbose = request.verbose,
                        .cancel = request.cancel};
  fit.callbacks = {train::TerminateOnNaN(), train::CSVLogger(join_path(request.run_folder, "metrics.csv")), stopping, checkpoint};
  train::FitLoop loop(model, *training, validation.get(), fit);
  if (request.resume) {
    const train::Checkpoint last = train::read_checkpoint(files, checkpoint->last_path()).value();
    train::restore_checkpoint(last, model, {stopping, checkpoint}).value();
    loop.resume(last.position, last.history);
  }
  const train::History history = loop.run();

  TrainResult run{join_path(request.run_folder, "model.lepton"), {}, checkpoint->best_epoch(), loop.interrupted(), loop.stop_reason()};
  if (run.best_epoch == 0) return run;
  const train::Checkpoint best = train::read_checkpoint(files, checkpoint->best_path()).value();
  model.restore_states(best.states).value();
  run.validation = model.evaluate(*validation).logs;
  const auto plain = loader_source(part("train"), {.batch_size = settings.integer("batch_size"), .seed = seed_of(settings)});
  train_baseline(request, opened, *plain);
  const Json task = describe_run(settings, opened, run.validation, run.best_epoch, fingerprint);
  write_atomic(files, join_path(request.run_folder, "curves.svg"), curves(history, run.best_epoch)).value();
  train::save_package(files, run.package, model, task, card_of(task)).value();
  return run;
}

}  // namespace

std::vector<std::string> groups_of_pictures(const data::Dataset& dataset, const std::string& pattern) {
  return pattern.empty() ? std::vector<std::string>() : data::groups_from_ids(dataset, pattern).value();
}

Result<TrainResult> train_images(const TrainRequest& request) {
  return catch_error([&] { return train_in(request); });
}

TaskDef image_classification_task() {
  return {.name = "image-classification",
          .summary = "A class for each picture, learnt from a folder of classes.",
          .settings = with_common_settings(
              {{"model", "small", any_value,
                "small (two convolutions), large (six, with batch normalisation) or one of the zoo: resnet20, mobilenet-v2(width=0.5) …"},
               {"normalize", "scale", any_value, "scale (to 0 … 1), standardize or min-max (by the training pictures)"},
               {"augment", std::vector<std::string>{}, any_value, "e.g. flip,crop(4),rotate(10),zoom(0.1),contrast(0.2),brightness(0.1)"},
               {"group", "", any_value,
                "pattern of file names, e.g. (patient\\d+): pictures with the same match stay on one side of the split"},
               {"allow_leaks", std::vector<std::string>{}, any_value, "copies across the split that are accepted, by name"}}),
          .train = train_images,
          .evaluate = evaluate_images,
          .predict = predict_images,
          .inputs = inputs_of_images};
}

}  // namespace lepton::tasks
