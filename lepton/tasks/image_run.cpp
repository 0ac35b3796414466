// The run of an image classifier: data opened and split, training with checkpoints, package and baseline.
#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/class_groups.hpp"
#include "lepton/data/fingerprint.hpp"
#include "lepton/data/leak/leak_guard.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/tasks/internal/cross_validation.hpp"
#include "lepton/tasks/internal/image_run.hpp"
#include "lepton/tasks/loader_source.hpp"
#include "lepton/train/checkpoint.hpp"
#include "lepton/train/fit_loop.hpp"
#include "lepton/train/package.hpp"
#include "lepton/train/report/plot.hpp"

namespace lepton::tasks {
namespace {

// Train, val and test, before any cross-validation.
data::Split whole_split(const data::Dataset& dataset, const Attributes& settings, const std::vector<std::string>& groups) {
  const double validation = settings.number("validation"), rest = 1 - settings.number("test");
  const std::uint64_t seed = split_seed_of(settings);
  const bool official = dataset.num_samples() > 0 && !dataset.official_part(0).empty();
  const std::string& test_part = settings.text("test_part");
  if (!official) {
    if (!test_part.empty()) fail(ErrorCode::kInvalidArgument, "test_part: the data has no split of its own");
    const data::Shares shares = {{"train", rest * (1 - validation)}, {"val", rest * validation}, {"test", settings.number("test")}};
    // Without groups, copies are what must stay together.
    return (groups.empty() ? data::split_copies_together(dataset, shares, seed) : data::grouped_split(dataset, groups, shares, seed))
        .value();
  }
  data::Split split = data::official_split(dataset).value();
  if (!test_part.empty()) {
    (void)split.indices(test_part).value();
    if (test_part != "test" && split.indices("test")) fail(ErrorCode::kInvalidArgument, "test_part: the data has a part called test");
    std::ranges::find(split.parts, test_part, &data::SplitPart::name)->name = "test";
  }
  if (split.indices("val")) return split;
  return data::split_part(dataset, split, "train", {{"train", 1 - validation}, {"val", validation}}, seed, groups).value();
}

data::Split make_split(const data::Dataset& dataset, const Attributes& settings) {
  std::vector<std::string> groups = groups_of_pictures(dataset, settings.text("group"));
  data::Split split = whole_split(dataset, settings, groups);
  const data::FoldChoice choice = fold_choice_of(settings);
  if (choice.folds == 0) return split;
  if (groups.empty()) {
    std::vector<std::int64_t> rest;
    for (const data::SplitPart& part : split.parts) {
      if (part.name != "test") rest.insert(rest.end(), part.indices.begin(), part.indices.end());
    }
    groups = data::copy_groups(dataset, data::find_copies(dataset, rest, rest).value());
  }
  return data::fold_split(dataset, split, choice, groups).value();
}

// What a linear model makes of the same pixels: the figure that a network has to beat.
void train_baseline(const TrainRequest& request, const OpenedData& opened) {
  const Attributes& settings = request.settings;
  using namespace nn;
  constexpr std::int64_t kEpochs = 3;
  const auto training = loader_source(part_of(opened, "train"), {.batch_size = settings.integer("batch_size"), .seed = seed_of(settings)});
  const Symbol input = Input(opened.dataset->features()[0].type.shape.dims(), {.dtype = DType::kU8, .name = "image"});
  const Layer classes = Dense(opened.dataset->target().num_classes(), {.activation = "softmax", .name = "class"});
  // Of large pictures small ones are enough.
  const std::int64_t pool = std::max<std::int64_t>(1, std::min(input.node().input_type.shape[1], input.node().input_type.shape[2]) / 64);
  Symbol pixels = Rescaling(1.0 / 255)(input);
  if (pool > 1) pixels = AveragePooling2D({pool, pool})(pixels);
  train::Model model(input, classes(Flatten()(pixels)), {.seed = seed_of(settings), .name = "linear_baseline"});
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.fit(*training, nullptr, {.epochs = kEpochs, .batch_size = settings.integer("batch_size"), .verbose = 0});
  train::save_package(local_files(), join_path(request.run_folder, "baseline.lepton"), model, {{"kind", "baseline"}}, "A linear model.")
      .value();
}

std::string curves(const train::History& history, std::int64_t best_epoch) {
  return train::plot_curves("loss", {{"train", history["loss"]}, {"validation", history["val_loss"]}}, best_epoch);
}

Json describe_run(const Attributes& settings, const OpenedData& opened, const train::Logs& logs, std::int64_t best_epoch) {
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
            {"classes", settings.get<std::vector<std::string>>("classes")},
            {"train_fingerprint", opened.fingerprint},
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

}  // namespace

std::uint64_t seed_of(const Attributes& settings) { return static_cast<std::uint64_t>(settings.integer("seed")); }

std::vector<std::string> groups_of_pictures(const data::Dataset& dataset, const std::string& pattern) {
  return pattern.empty() ? std::vector<std::string>() : data::groups_from_ids(dataset, pattern).value();
}

data::DatasetHandle open_classes(const std::string& source, const data::ImageRecipe& recipe, const std::vector<std::string>& classes) {
  return data::group_classes(data::open_pictures(local_files(), source, recipe).value(), classes).value();
}

data::DatasetHandle part_of(const OpenedData& opened, std::string_view part) {
  return data::subset(opened.dataset, opened.split.indices(part).value());
}

OpenedData open_data(const TrainRequest& request, const data::ImageRecipe& recipe) {
  const Attributes& settings = request.settings;
  FileSystem& files = local_files();
  OpenedData opened{.recipe = recipe};
  opened.dataset = open_classes(settings.text("data"), recipe, settings.get<std::vector<std::string>>("classes"));
  files.make_folders(join_path(request.run_folder, "checkpoints")).value();
  opened.lock = files.lock(join_path(request.run_folder, "lock")).value();
  opened.split = make_split(*opened.dataset, settings);
  data::refuse_leaks(data::check_leaks(*opened.dataset, opened.split).value(), *opened.dataset,
                     settings.get<std::vector<std::string>>("allow_leaks"))
      .value();
  opened.fingerprint = data::fingerprint(*opened.dataset, opened.split.indices("train").value()).value();
  write_run_config(request.run_folder, "image-classification", settings, opened.fingerprint).value();
  write_atomic(files, join_path(request.run_folder, "split.json"), dump_json(data::to_json(opened.split, *opened.dataset))).value();
  return opened;
}

FittedRun fit_with_checkpoints(const TrainRequest& request, const OpenedData& opened, train::Model& model, train::CompileOptions how) {
  const Attributes& settings = request.settings;
  const std::int64_t batch_size = settings.integer("batch_size");
  const data::Augmentation augmentation = data::Augmentation::from_words(settings.get<std::vector<std::string>>("augment")).value();
  const auto training =
      loader_source(part_of(opened, "train"), {.batch_size = batch_size, .seed = seed_of(settings), .augmentation = augmentation});
  // Mixed pictures belong to several classes in part; validation pictures stay whole, with targets of the same form.
  const bool mixes = augmentation.mixes();
  const auto validation = loader_source(part_of(opened, "val"), {.batch_size = batch_size, .shuffle = false, .soft_targets = mixes});
  how.loss = mixes ? "categorical_crossentropy" : "sparse_categorical_crossentropy";
  how.metrics = {"accuracy"};
  model.compile(how);
  model.check_memory(batch_size);

  const auto stopping = train::EarlyStopping({.patience = settings.integer("patience")});
  const auto checkpoint = std::make_shared<train::ModelCheckpoint>(
      train::CheckpointOptions{.folder = join_path(request.run_folder, "checkpoints"), .keep = {stopping}});
  train::FitOptions fit{
      .epochs = settings.integer("epochs"), .batch_size = batch_size, .verbose = request.verbose, .cancel = request.cancel};
  fit.callbacks = {train::TerminateOnNaN(), train::CSVLogger(join_path(request.run_folder, "metrics.csv")), stopping, checkpoint};
  if (!request.profile.empty()) fit.callbacks.push_back(train::Profiler(request.profile, {.print = request.verbose > 0}));
  train::FitLoop loop(model, *training, validation.get(), fit);
  if (request.resume && exists(local_files(), checkpoint->last_path()).value()) {
    const train::Checkpoint last = train::read_checkpoint(local_files(), checkpoint->last_path()).value();
    train::restore_checkpoint(last, model, {stopping, checkpoint}).value();
    loop.resume(last.position, last.history);
  }
  FittedRun run{loop.run(), {}, checkpoint->best_epoch(), loop.interrupted(), loop.stop_reason()};
  if (run.best_epoch == 0) return run;
  model.restore_states(train::read_checkpoint(local_files(), checkpoint->best_path())->states).value();
  run.validation = model.evaluate(*validation).logs;
  return run;
}

TrainResult finish_run(const TrainRequest& request, const OpenedData& opened, train::Model& model, const FittedRun& fitted) {
  TrainResult run{join_path(request.run_folder, "model.lepton"), fitted.validation, fitted.best_epoch, fitted.interrupted,
                  fitted.stop_reason};
  if (run.best_epoch == 0) return run;
  train_baseline(request, opened);
  const Json task = describe_run(request.settings, opened, run.validation, run.best_epoch);
  if (fitted.history.num_epochs() > 0)  // a head on features is fitted without epochs
    write_atomic(local_files(), join_path(request.run_folder, "curves.svg"), curves(fitted.history, run.best_epoch)).value();
  train::save_package(local_files(), run.package, model, task, card_of(task)).value();
  return run;
}

}  // namespace lepton::tasks
