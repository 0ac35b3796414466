// Training on tables: split, recipe fitted on training rows, a small network and beside it a linear model.
#include <cmath>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/fingerprint.hpp"
#include "lepton/data/leak/leak_guard.hpp"
#include "lepton/data/normalization.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/tasks/internal/cross_validation.hpp"
#include "lepton/tasks/internal/outcome.hpp"
#include "lepton/tasks/internal/tabular_run.hpp"
#include "lepton/tasks/loader_source.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/tasks/task_list.hpp"
#include "lepton/train/checkpoint.hpp"
#include "lepton/train/fit_loop.hpp"
#include "lepton/train/package.hpp"
#include "lepton/train/report/plot.hpp"

namespace lepton::tasks {
namespace {

constexpr std::int64_t kBaselineEpochs = 60;

struct Opened {
  data::TableHandle table;
  data::Split split;
  data::TabularRecipe recipe;
  data::DatasetHandle dataset;
  std::vector<std::string> notes;
};

data::Split make_split(const Attributes& settings, const Opened& opened, const data::Dataset& rows) {
  const double test = settings.number("test"), validation = settings.number("validation"), rest = 1 - test;
  const data::Shares shares = {{"train", rest * (1 - validation)}, {"val", rest * validation}, {"test", test}};
  const std::string &group = settings.text("group"), &time = settings.text("time");
  const data::FoldChoice choice = fold_choice_of(settings);
  if (!group.empty() && !time.empty()) fail(ErrorCode::kInvalidArgument, "a split goes by group or by time, not by both");
  if (!time.empty()) {
    const std::vector<double> times = data::times_of_column(*opened.table, time).value();
    data::Split split = data::time_split(rows, times, shares).value();
    return choice.folds == 0 ? split : data::forward_fold_split(rows, split, choice, times).value();
  }
  const std::vector<std::string> groups = group.empty() ? std::vector<std::string>() : data::groups_of_column(*opened.table, group).value();
  data::Split split =
      (groups.empty() ? data::stratified_split(rows, shares, choice.seed) : data::grouped_split(rows, groups, shares, choice.seed)).value();
  return choice.folds == 0 ? split : data::fold_split(rows, split, choice, groups).value();
}

Opened open_table(const Attributes& settings, data::TargetKind kind) {
  Opened opened;
  opened.table = std::make_shared<const data::Table>(data::read_table(local_files(), table_path(settings.text("data"))).value());
  const data::DatasetHandle rows = data::make_table_rows(opened.table, settings.text("target"), kind).value();
  opened.split = make_split(settings, opened, *rows);
  data::TabularFitOptions fit{.target = settings.text("target"), .target_kind = kind};
  fit.ignore = settings.get<std::vector<std::string>>("ignore");
  fit.categorical = settings.get<std::vector<std::string>>("categorical");
  // What splits the rows must not tell the answer.
  for (const char* key : {"group", "time"}) {
    if (!settings.text(key).empty()) fit.ignore.push_back(settings.text(key));
  }
  auto fitted = data::fit_tabular_recipe(*opened.table, opened.split.indices("train").value(), fit).value();
  opened.recipe = std::move(fitted.recipe);
  opened.notes = std::move(fitted.notes);
  opened.dataset = data::make_table_dataset(opened.table, opened.recipe).value();
  const data::LeakReport leaks = data::check_leaks(*opened.dataset, opened.split).value();
  if (leaks.num_pairs() > 0)
    opened.notes.push_back(fmt::format("{} pairs of rows with equal inputs lie on two sides of the split.", leaks.num_pairs()));
  // Every row is read once now: a bad cell among the test rows must not come to light after the training.
  for (std::int64_t row = 0; row < opened.dataset->num_samples(); ++row) opened.dataset->load(row).value();
  return opened;
}

// What is measured on the training rows, for the network and the linear model alike.
struct Fitted {
  std::vector<double> mean, variance;            // of each input
  double target_mean = 0, target_deviation = 1;  // of a numeric target: the network predicts in units that are near 1
};

// Numbers are standardised; places of categories stay 0 and 1.
void fit_inputs(const Opened& opened, std::span<const std::int64_t> rows, Fitted& fitted) {
  const data::ChannelStatistics statistics = data::measure_channels(opened.dataset, rows).value();
  std::size_t place = 0;
  for (const data::RecipeColumn& column : opened.recipe.columns) {
    for (std::int64_t i = 0; i < column.width(); ++i, ++place) {
      const bool number = column.type == data::ColumnType::kNumber && i == 0 && statistics.standard_deviation[place] > 0;
      fitted.mean.push_back(number ? statistics.mean[place] : 0);
      fitted.variance.push_back(number ? statistics.standard_deviation[place] * statistics.standard_deviation[place] : 1);
    }
  }
}

void fit_target(const Opened& opened, std::span<const std::int64_t> rows, Fitted& fitted) {
  double sum = 0, squares = 0;
  for (const std::int64_t row : rows) {
    const double y = opened.dataset->load(row).value().target.item();
    sum += y;
    squares += y * y;
  }
  const auto count = static_cast<double>(rows.size());
  fitted.target_mean = sum / count;
  fitted.target_deviation = std::sqrt(std::max(squares / count - fitted.target_mean * fitted.target_mean, 1e-12));
}

Fitted fit(const Opened& opened) {
  const std::vector<std::int64_t> rows = opened.split.indices("train").value();
  Fitted fitted;
  fit_inputs(opened, rows, fitted);
  if (opened.recipe.target_kind == data::TargetKind::kNumber) fit_target(opened, rows, fitted);
  return fitted;
}

train::Model make_model(const Opened& opened, const Fitted& fitted, const Attributes& settings, const std::vector<std::int64_t>& hidden,
                        const char* name) {
  using namespace nn;
  const Symbol input = Input({opened.recipe.width()}, {.name = "features"});
  Symbol x = Normalization({.mean = fitted.mean, .variance = fitted.variance})(input);
  for (const std::int64_t units : hidden) {
    x = Dense(units, {.activation = "relu"})(x);
    if (settings.number("dropout") > 0) x = Dropout(settings.number("dropout"))(x);
  }
  if (opened.recipe.target_kind == data::TargetKind::kClass) {
    x = Dense(static_cast<std::int64_t>(opened.recipe.label_names.size()), {.activation = "softmax", .name = "class"})(x);
  } else {
    x = Rescaling(fitted.target_deviation, {.offset = fitted.target_mean, .name = "value"})(Dense(1)(x));
  }
  return train::Model(input, x, {.seed = static_cast<std::uint64_t>(settings.integer("seed")), .name = name});
}

train::CompileOptions objective(const Opened& opened, const std::string& optimizer) {
  if (opened.recipe.target_kind == data::TargetKind::kClass)
    return {.optimizer = optim::Optimizer(optimizer), .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}};
  return {.optimizer = optim::Optimizer(optimizer), .loss = "mean_squared_error", .metrics = {"mean_absolute_error"}};
}

Json describe(const Attributes& settings, const std::string& kind, const Opened& opened, const train::Logs& logs, std::int64_t best_epoch,
              const std::string& fingerprint) {
  Json metrics = Json::object();
  for (const auto& [key, value] : logs) metrics[key] = value;
  return {{"kind", kind},
          {"labels", opened.recipe.label_names},
          {"recipe", data::to_json(opened.recipe)},
          {"decision", opened.recipe.target_kind == data::TargetKind::kClass ? "largest probability" : "the number itself"},
          {"data", {{"source", settings.text("data")}, {"group", settings.text("group")}, {"train_fingerprint", fingerprint}}},
          {"notes", opened.notes},
          {"best_epoch", best_epoch},
          {"validation", metrics}};
}

std::string card_of(const Json& task) {
  std::string text = "# Model of a table\n\nTrained by Lepton on `" + task.at("data").at("source").get<std::string>() + "` to predict `" +
                     task.at("recipe").at("target").get<std::string>() +
                     "`.\n\nFigures on the validation rows that chose the epoch "
                     "(optimistic; see the test report):\n\n";
  for (const auto& [key, value] : task.at("validation").items()) text += fmt::format("- {}: {:.4f}\n", key, value.get<double>());
  return text;
}

std::string path_in(const TrainRequest& request, const char* name) { return join_path(request.run_folder, name); }

// Trains a model on the training rows, keeps the best epoch, and packages it.
TrainResult fit_model(train::Model& model, const TrainRequest& request, const Opened& opened, bool is_baseline, Json task) {
  const Attributes& settings = request.settings;
  FileSystem& files = local_files();
  const auto part = [&](const char* name) { return data::subset(opened.dataset, opened.split.indices(name).value()); };
  const auto seed = static_cast<std::uint64_t>(settings.integer("seed"));
  const auto training = loader_source(part("train"), {.batch_size = settings.integer("batch_size"), .seed = seed});
  const auto validation = loader_source(part("val"), {.batch_size = settings.integer("batch_size"), .shuffle = false});
  model.compile(objective(opened, is_baseline ? "adam(0.01)" : settings.text("optimizer")));
  const auto stopping = train::EarlyStopping({.patience = is_baseline ? 5 : settings.integer("patience")});
  const std::string checkpoints = path_in(request, is_baseline ? "checkpoints/baseline" : "checkpoints");
  files.make_folders(checkpoints).value();
  const auto checkpoint = std::make_shared<train::ModelCheckpoint>(train::CheckpointOptions{.folder = checkpoints, .keep = {stopping}});
  train::FitOptions options{.epochs = is_baseline ? kBaselineEpochs : settings.integer("epochs"),
                            .batch_size = settings.integer("batch_size"),
                            .verbose = is_baseline ? 0 : request.verbose,
                            .cancel = request.cancel};
  options.callbacks = {train::TerminateOnNaN(), stopping, checkpoint};
  if (!is_baseline) options.callbacks.push_back(train::CSVLogger(path_in(request, "metrics.csv")));
  if (!is_baseline && !request.profile.empty())
    options.callbacks.push_back(train::Profiler(request.profile, {.print = request.verbose > 0}));
  train::FitLoop loop(model, *training, validation.get(), options);
  if (request.resume && exists(files, checkpoint->last_path()).value()) {
    const train::Checkpoint last = train::read_checkpoint(files, checkpoint->last_path()).value();
    train::restore_checkpoint(last, model, {stopping, checkpoint}).value();
    loop.resume(last.position, last.history);
  }
  const train::History history = loop.run();
  TrainResult result{path_in(request, is_baseline ? "baseline.lepton" : "model.lepton"),
                     {},
                     checkpoint->best_epoch(),
                     loop.interrupted(),
                     loop.stop_reason()};
  if (result.best_epoch == 0) return result;
  model.restore_states(train::read_checkpoint(files, checkpoint->best_path()).value().states).value();
  result.validation = model.evaluate(*validation).logs;
  for (const auto& [key, value] : result.validation) task["validation"][key] = value;
  task["best_epoch"] = result.best_epoch;
  if (!is_baseline) {
    const std::string curves =
        train::plot_curves("loss", {{"train", history["loss"]}, {"validation", history["val_loss"]}}, result.best_epoch);
    write_atomic(files, path_in(request, "curves.svg"), curves).value();
  }
  train::save_package(files, result.package, model, task, card_of(task)).value();
  return result;
}

std::vector<AttributeDef> settings_of_tables() {
  const std::vector<std::string> none;
  return with_common_settings(with_fold_settings({{"target", "", any_value, "column to predict", true},
                                                  {"hidden", Dims{64, 32}, positive_integers, "sizes of the hidden layers"},
                                                  {"dropout", 0.1, probability, "share of hidden units that are zeroed while training"},
                                                  {"ignore", none, any_value, "columns that are no inputs"},
                                                  {"categorical", none, any_value, "columns of numbers that are names"},
                                                  {"group", "", any_value, "column whose equal values stay on one side of the split"},
                                                  {"time", "", any_value, "column by which the split goes, earliest rows first"}}));
}

std::vector<Preset> presets_of_tables() {
  return {{"fast", "a small network, few epochs", {"hidden=64,32", "epochs=10"}},
          {"good", "a wider network, trained until the validation loss rests", {"hidden=128,64", "dropout=0.2", "epochs=60", "patience=8"}},
          {"best",
           "a deeper network, small steps, much patience",
           {"hidden=256,128,64", "dropout=0.3", "epochs=200", "patience=20", "optimizer=adam(0.0005)"}}};
}

}  // namespace

Result<TrainResult> train_table(const TrainRequest& request, data::TargetKind kind) {
  return catch_error([&] {
    FileSystem& files = local_files();
    const std::string name = kind == data::TargetKind::kClass ? "tabular-classification" : "tabular-regression";
    const Opened opened = open_table(request.settings, kind);
    files.make_folders(request.run_folder).value();
    const auto lock = files.lock(path_in(request, "lock")).value();
    const std::string fingerprint = data::fingerprint(*opened.dataset, opened.split.indices("train").value()).value();
    write_run_config(request.run_folder, name, request.settings, fingerprint).value();
    write_atomic(files, path_in(request, "split.json"), dump_json(data::to_json(opened.split, *opened.dataset))).value();
    const Json task = describe(request.settings, name, opened, {}, 0, fingerprint);
    const Fitted fitted = fit(opened);
    train::Model baseline = make_model(opened, fitted, request.settings, {}, "linear_baseline");
    const TrainResult linear = fit_model(baseline, request, opened, true, task);
    if (linear.interrupted) return linear;
    train::Model model = make_model(opened, fitted, request.settings, request.settings.integers("hidden"), "mlp");
    return fit_model(model, request, opened, false, task);
  });
}

TaskDef tabular_classification_task() {
  return {.name = "tabular-classification",
          .summary = "A class from the columns of a CSV file.",
          .settings = settings_of_tables(),
          .presets = presets_of_tables(),
          .objectives = class_objectives(),
          .train = [](const TrainRequest& request) { return train_table(request, data::TargetKind::kClass); },
          .evaluate = evaluate_table,
          .codec = table_codec,
          .inputs = inputs_of_table};
}

TaskDef tabular_regression_task() {
  return {.name = "tabular-regression",
          .summary = "A number from the columns of a CSV file.",
          .settings = settings_of_tables(),
          .presets = presets_of_tables(),
          .objectives = number_objectives(),
          .train = [](const TrainRequest& request) { return train_table(request, data::TargetKind::kNumber); },
          .evaluate = evaluate_table,
          .codec = table_codec,
          .inputs = inputs_of_table};
}

}  // namespace lepton::tasks
