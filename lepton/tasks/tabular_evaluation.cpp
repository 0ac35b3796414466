// Reports and predictions of models of tables.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/nn/metric.hpp"
#include "lepton/tasks/internal/evaluation.hpp"
#include "lepton/tasks/internal/tabular_run.hpp"
#include "lepton/train/package.hpp"
#include "lepton/train/report/page.hpp"
#include "lepton/train/report/plot.hpp"

namespace lepton::tasks {
namespace {

constexpr std::uint64_t kBootstrapSeed = 1;

// Predictions and truth of the rows of a part, as metrics take them.
struct Rows {
  std::vector<std::int64_t> indices;
  nn::Predictions model, baseline;
  std::vector<std::int64_t> groups;
  std::vector<std::string> labels;

  std::int64_t size() const { return static_cast<std::int64_t>(indices.size()); }
};

nn::Predictions predict(train::Model& model, const data::Dataset& dataset, std::span<const std::int64_t> rows) {
  const data::Batch batch = dataset.load_batch(rows).value();
  return {model.predict(train::Arrays(batch.inputs[0]), 256), batch.target, {}};
}

nn::Predictions drawn(const nn::Predictions& from, std::span<const std::int64_t> rows) {
  const std::vector<double> p = from.prediction.to_vector<double>(), y = from.target.to_vector<double>();
  const auto width = static_cast<std::size_t>(from.prediction.shape()[-1]);
  std::vector<double> prediction, target;
  for (const std::int64_t row : rows) {
    const auto begin = p.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * width);
    prediction.insert(prediction.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
    target.push_back(y[static_cast<std::size_t>(row)]);
  }
  const auto count = static_cast<std::int64_t>(rows.size());
  return {Tensor::from(prediction, {count, static_cast<std::int64_t>(width)}), Tensor::from(target, {count}), {}};
}

// A figure of all rows with its bootstrap interval, resampled by group where there is one.
train::Figure figure(const std::string& name, const nn::Predictions& of, const Rows& rows,
                     const std::function<double(const nn::Predictions&)>& value, const std::string& note = {}) {
  const auto interval = train::bootstrap_interval(
      rows.size(), rows.groups, [&](std::span<const std::int64_t> sample) { return value(drawn(of, sample)); }, kBootstrapSeed, 400);
  return {name, value(of), interval, note};
}

std::function<double(const nn::Predictions&)> metric_of(const char* name) {
  return [metric = nn::Metric(name)](const nn::Predictions& p) { return metric.def().from_predictions(p, metric.arguments()); };
}

Decisions decide(const nn::Predictions& of) {
  Decisions d;
  d.add(of.prediction, of.target);
  return d;
}

train::Figure accuracy(const std::string& name, const Decisions& d, const Rows& rows) {
  train::Figure share = train::proportion(name, d.num_right, d.size(), fmt::format("{} of {}", d.num_right, d.size()));
  if (rows.groups.empty()) return share;
  // Rows of one group are not independent: Wilson's interval would be too narrow.
  share.interval = train::bootstrap_interval(
      d.size(), rows.groups,
      [&](std::span<const std::int64_t> sample) {
        double right = 0;
        for (const std::int64_t i : sample) right += d.right[static_cast<std::size_t>(i)];
        return sample.empty() ? 0 : right / static_cast<double>(sample.size());
      },
      kBootstrapSeed, 400);
  return share;
}

std::vector<train::Figure> classification_figures(const Rows& rows, const Decisions& d) {
  std::vector<train::Figure> figures = {accuracy("accuracy", d, rows)};
  figures.push_back(figure("macro F1", rows.model, rows, metric_of("f1_score")));
  if (rows.labels.size() == 2) {
    // The second class against the first.
    const auto of_second = [](const nn::Predictions& p) {
      const std::vector<double> all = p.prediction.to_vector<double>();
      std::vector<double> second;
      for (std::size_t i = 1; i < all.size(); i += 2) second.push_back(all[i]);
      const auto count = static_cast<std::int64_t>(second.size());
      return nn::Predictions{Tensor::from(second, {count, 1}), p.target, {}};
    };
    const auto area = metric_of("roc_auc");
    figures.push_back(figure(
        "ROC AUC", rows.model, rows, [=](const nn::Predictions& p) { return area(of_second(p)); }, "0.5 is chance"));
  }
  figures.push_back(figure("Brier score", rows.model, rows, metric_of("brier_score"), "0 is best"));
  figures.push_back(figure("calibration error", rows.model, rows, metric_of("expected_calibration_error"), "0 is best"));
  figures.push_back(majority_baseline(d.truth));
  figures.push_back(accuracy("baseline: logistic regression", decide(rows.baseline), rows));
  return figures;
}

double root_mean_square(const nn::Predictions& p) {
  const std::vector<double> said = p.prediction.to_vector<double>(), truth = p.target.to_vector<double>();
  double sum = 0;
  for (std::size_t i = 0; i < said.size(); ++i) sum += (said[i] - truth[i]) * (said[i] - truth[i]);
  return said.empty() ? 0 : std::sqrt(sum / static_cast<double>(said.size()));
}
double mean_absolute(const nn::Predictions& p) {
  const std::vector<double> said = p.prediction.to_vector<double>(), truth = p.target.to_vector<double>();
  double sum = 0;
  for (std::size_t i = 0; i < said.size(); ++i) sum += std::abs(said[i] - truth[i]);
  return said.empty() ? 0 : sum / static_cast<double>(said.size());
}

std::vector<train::Figure> regression_figures(const Rows& rows) {
  // Always saying the mean has R2 = 0 by definition: what that means in units stands beside it.
  const std::vector<double> truth = rows.model.target.to_vector<double>();
  const double mean = truth.empty() ? 0 : std::accumulate(truth.begin(), truth.end(), 0.0) / static_cast<double>(truth.size());
  const nn::Predictions constant{Tensor::full(DType::kF64, {rows.size(), 1}, mean), rows.model.target, {}};
  return {figure("mean absolute error", rows.model, rows, mean_absolute, "in units of the target"),
          figure("root mean squared error", rows.model, rows, root_mean_square),
          figure("R2", rows.model, rows, metric_of("r2_score"), "1 is best"),
          figure("baseline: mean absolute error of always saying the mean", constant, rows, mean_absolute),
          figure("baseline: mean absolute error of a linear model", rows.baseline, rows, mean_absolute)};
}

void add_class_sections(train::Page& page, const Rows& rows, const Decisions& d) {
  const auto classes = static_cast<std::int64_t>(rows.labels.size());
  page.section("Where it errs", "Rows are true classes, columns what the model said.");
  page.svg(train::plot_confusion(train::confusion_matrix(d.truth, d.said, classes), rows.labels));
  std::vector<std::vector<std::string>> table;
  const auto figures = train::class_figures(d.truth, d.said, classes, rows.groups, kBootstrapSeed);
  for (std::size_t c = 0; c < figures.size(); ++c) {
    const auto text = [](double value, const train::Interval& i) { return train::figure_text(value, i, true); };
    table.push_back({rows.labels[c], std::to_string(figures[c].support), text(figures[c].precision, figures[c].precision_interval),
                     text(figures[c].recall, figures[c].recall_interval), text(figures[c].f1, figures[c].f1_interval)});
  }
  page.table({"class", "rows", "precision (95 %)", "recall (95 %)", "F1 (95 %)"}, table);
  page.section("Can its confidence be trusted?", "Of the rows that it is 80 % sure of, 80 % should be right: bars on the diagonal.");
  page.svg(train::plot_reliability(train::reliability(d.confidence, d.right)));
}

Rows open_rows(train::LoadedPackage& loaded, const std::string& folder, const std::string& part, std::int64_t* openings) {
  const Json& task = *json_member(*loaded.manifest, "task").value();
  const data::TabularRecipe recipe = data::tabular_recipe_from_json(*json_member(task, "recipe").value()).value();
  const Json& source = *json_member(task, "data").value();
  const auto table = std::make_shared<const data::Table>(
      data::read_table(local_files(), table_path(json_get<std::string>(source, "source").value())).value());
  const data::DatasetHandle dataset = data::make_table_dataset(table, recipe).value();
  Rows rows;
  rows.indices = read_split(folder, *dataset).indices(part).value();
  *openings = open_part(part, *dataset, rows.indices, folder);
  rows.model = predict(loaded.model, *dataset, rows.indices);
  train::LoadedPackage baseline = train::load_package(local_files(), join_path(folder, "baseline.lepton")).value();
  rows.baseline = predict(baseline.model, *dataset, rows.indices);
  const std::vector<std::int64_t> all = group_numbers(*table, json_get<std::string>(source, "group").value());
  for (const std::int64_t row : rows.indices) {
    if (!all.empty()) rows.groups.push_back(all[static_cast<std::size_t>(row)]);
  }
  rows.labels = recipe.label_names;
  return rows;
}

EvaluationResult evaluate_in(const std::string& folder, const std::string& part) {
  FileSystem& files = local_files();
  train::LoadedPackage loaded = train::load_package(files, join_path(folder, "model.lepton")).value();
  EvaluationResult e;
  const Rows rows = open_rows(loaded, folder, part, &e.openings);
  e.samples = rows.size();
  const bool classes = !rows.labels.empty();
  const Decisions d = classes ? decide(rows.model) : Decisions{};
  e.figures = classes ? classification_figures(rows, d) : regression_figures(rows);
  const Json& task = *json_member(*loaded.manifest, "task").value();
  train::Page page("Model of a table: " + part + " report",
                   fmt::format("{}, {} {} rows{}", task.at("data").at("source").get<std::string>(), e.samples, part,
                               e.openings > 0 ? fmt::format("; the test set was opened {} times for this data", e.openings) : ""));
  page.figures(e.figures);
  for (const Json& note : task.value("notes", Json::array())) page.paragraph(note.get<std::string>());
  if (const std::string curves = read_curves(folder); !curves.empty()) {
    page.section("Training", "The marked epoch has the lowest validation loss; its weights were kept.");
    page.svg(curves);
  }
  if (classes) {
    add_class_sections(page, rows, d);
  } else {
    page.section("Predicted against true", "Points on the diagonal are right.");
    page.svg(train::plot_scatter("predictions", rows.model.target.to_vector<double>(), rows.model.prediction.to_vector<double>()));
  }
  e.report = report_path(folder, part);
  write_atomic(files, e.report, page.html()).value();
  return e;
}

}  // namespace

std::string table_path(const std::string& data) {
  if (exists(local_files(), data).value()) return data;
  const auto named = std::ranges::find(data::named_datasets(), data, &data::NamedDatasetInfo::name);
  if (named == data::named_datasets().end()) return data;  // reading it says what is wrong
  return data::locate_named_dataset(local_files(), data).value();
}

std::vector<std::int64_t> group_numbers(const data::Table& table, const std::string& column) {
  std::vector<std::int64_t> numbers;
  if (column.empty()) return numbers;
  std::map<std::string, std::int64_t> known;
  const std::vector<std::string> groups = data::groups_of_column(table, column).value();
  for (const std::string& group : groups) numbers.push_back(known.emplace(group, static_cast<std::int64_t>(known.size())).first->second);
  return numbers;
}

Result<EvaluationResult> evaluate_table(const std::string& run_folder, const std::string& part) {
  return catch_error([&] { return evaluate_in(run_folder, part); });
}

Result<std::vector<PredictionRow>> predict_table(const std::string& package, const std::vector<std::string>& paths) {
  return catch_error([&] {
    train::LoadedPackage loaded = train::load_package(local_files(), package).value();
    const Json& task = *json_member(*loaded.manifest, "task").value();
    const data::TabularRecipe recipe = data::tabular_recipe_from_json(*json_member(task, "recipe").value()).value();
    std::vector<PredictionRow> rows;
    for (const std::string& path : paths) {
      const auto table = std::make_shared<const data::Table>(data::read_table(local_files(), path).value());
      const data::TabularEncoder encoder = data::TabularEncoder::make(recipe, *table).value();
      const std::int64_t count = table->num_rows(), width = encoder.width();
      const Tensor inputs = Tensor::empty(DType::kF32, {count, width});
      for (std::int64_t row = 0; row < count; ++row) encoder.encode(*table, row, inputs.data<float>() + row * width).value();
      const Tensor outputs = loaded.model.predict(train::Arrays(inputs), 256);
      const std::vector<double> p = outputs.to_vector<double>();
      const auto size = static_cast<std::size_t>(outputs.shape()[-1]);
      for (std::int64_t row = 0; row < count; ++row) {
        const std::span<const double> own = std::span(p).subspan(static_cast<std::size_t>(row) * size, size);
        PredictionRow said{fmt::format("{}:{}", path, table->line(row)), {}, ranked(recipe.label_names, own)};
        said.said = said.probabilities.empty() ? fmt::format("{:.6g}", own[0]) : said.probabilities[0].first;
        rows.push_back(std::move(said));
      }
    }
    return rows;
  });
}

}  // namespace lepton::tasks
