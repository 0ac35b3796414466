// Evaluation reports and predictions of image classifiers.
#include <algorithm>
#include <set>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/leak/leak_guard.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/tasks/image_classification.hpp"
#include "lepton/tasks/internal/evaluation.hpp"
#include "lepton/tasks/internal/image_run.hpp"
#include "lepton/tasks/loader_source.hpp"
#include "lepton/train/package.hpp"
#include "lepton/train/report/page.hpp"
#include "lepton/train/report/plot.hpp"

namespace lepton::tasks {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{256} << 20;

Decisions decide(train::Model& model, const data::DatasetHandle& samples) {
  Decisions d;
  const auto source = loader_source(samples, {.batch_size = 128, .shuffle = false});
  source->start(0, 0);
  train::Batch batch;
  while (source->next(batch)) d.add(model.predict(train::Arrays(batch.inputs), batch.size()), batch.targets[0]);
  return d;
}

// The mistakes of which the model was surest, as pictures.
std::vector<train::Page::Picture> mistakes(const data::Dataset& samples, const Decisions& d, const std::vector<std::string>& labels) {
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < d.right.size(); ++i) {
    if (d.right[i] == 0) wrong.push_back(i);
  }
  std::ranges::stable_sort(wrong, [&](std::size_t a, std::size_t b) { return d.confidence[a] > d.confidence[b]; });
  if (wrong.size() > 24) wrong.resize(24);
  std::vector<train::Page::Picture> pictures;
  for (const std::size_t i : wrong) {
    const auto picture = samples.picture(static_cast<std::int64_t>(i));
    if (!picture) continue;
    const auto png = data::encode_png(*picture);
    if (!png) continue;
    pictures.push_back({"data:image/png;base64," + train::base64(*png),
                        {fmt::format("said {} ({:.1f} %)", labels[static_cast<std::size_t>(d.said[i])], 100 * d.confidence[i]),
                         "is " + labels[static_cast<std::size_t>(d.truth[i])]}});
  }
  return pictures;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }
std::string percent(const train::Interval& interval) { return fmt::format("{:.1f} to {:.1f}", 100 * interval.low, 100 * interval.high); }

// The same without samples that look like copies of training samples.
train::Figure without_suspects(const OpenedData& opened, const std::string& part, std::span<const std::int64_t> rows, const Decisions& d) {
  const data::LeakReport report = data::check_leaks(*opened.dataset, opened.split).value();
  std::set<std::int64_t> suspects;
  for (const auto& crossing : report.crossings) {
    for (const data::CopyPair& pair : crossing.pairs) {
      if (crossing.first_part == part) suspects.insert(pair.first);
      if (crossing.second_part == part) suspects.insert(pair.second);
    }
  }
  std::int64_t right = 0, count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (suspects.contains(rows[i])) continue;
    right += d.right[i];
    ++count;
  }
  return train::proportion("accuracy without suspected copies", right, count,
                           fmt::format("{} of {} samples look like copies of others across the split", suspects.size(), rows.size()));
}

// Runs of earlier versions have no linear model beside them.
std::optional<train::Figure> linear_baseline(const std::string& folder, const data::DatasetHandle& samples) {
  const std::string path = join_path(folder, "baseline.lepton");
  if (!exists(local_files(), path).value()) return std::nullopt;
  train::LoadedPackage baseline = train::load_package(local_files(), path).value();
  const Decisions d = decide(baseline.model, samples);
  return train::proportion("baseline: linear model", d.num_right, d.size(), "on the same pixels");
}

std::vector<train::Figure> own_figures(const Decisions& d, std::int64_t classes) {
  const auto resampled = [&](const auto& figure) { return train::bootstrap_interval(d.size(), {}, figure, 1, 400); };
  const train::Interval f1 = resampled([&](std::span<const std::int64_t> drawn) {
    std::vector<std::int64_t> t, p;
    for (const std::int64_t i : drawn) t.push_back(d.truth[static_cast<std::size_t>(i)]), p.push_back(d.said[static_cast<std::size_t>(i)]);
    return train::macro_f1(train::confusion_matrix(t, p, classes));
  });
  const train::Interval ece = resampled([&](std::span<const std::int64_t> drawn) {
    std::vector<double> c;
    std::vector<std::uint8_t> r;
    for (const std::int64_t i : drawn)
      c.push_back(d.confidence[static_cast<std::size_t>(i)]), r.push_back(d.right[static_cast<std::size_t>(i)]);
    return train::expected_calibration_error(train::reliability(c, r));
  });
  const double error = train::expected_calibration_error(train::reliability(d.confidence, d.right));
  return {train::proportion("accuracy", d.num_right, d.size(), fmt::format("{} of {}", d.num_right, d.size())),
          {"macro F1", train::macro_f1(train::confusion_matrix(d.truth, d.said, classes)), f1},
          {"calibration error", error, ece, "0 is best"},
          majority_baseline(d.truth)};
}

std::string write_page(const EvaluationResult& e, const Decisions& d, const data::Dataset& samples, const std::string& part,
                       const std::string& data_name, const std::string& curves) {
  const std::vector<std::string>& labels = samples.target().label_names;
  const auto classes = static_cast<std::int64_t>(labels.size());
  train::Page page("Image classifier: " + part + " report",
                   fmt::format("{}, {} {} samples{}", data_name, e.samples, part,
                               e.openings > 0 ? fmt::format("; the test set was opened {} times for this data", e.openings) : ""));
  page.figures(e.figures);
  if (part != "test")
    page.warning("These samples took part in training or in choosing the epoch: the figures are optimistic. Use the test set for a claim.");
  if (!curves.empty()) {
    page.section("Training", "The dashed line is the epoch that was chosen by the validation loss.");
    page.svg(curves);
  }
  page.section("Where it goes wrong", "Each row is a true class; the darker a red cell, the more of the row ended there.");
  page.svg(train::plot_confusion(train::confusion_matrix(d.truth, d.said, classes), labels));
  std::vector<std::vector<std::string>> rows;
  const std::vector<train::ClassFigures> figures = train::class_figures(d.truth, d.said, classes, {}, 1);
  for (std::size_t c = 0; c < figures.size(); ++c) {
    const train::ClassFigures& f = figures[c];
    rows.push_back({labels[c], std::to_string(f.support), percent(f.precision), percent(f.precision_interval), percent(f.recall),
                    percent(f.recall_interval), percent(f.f1), percent(f.f1_interval)});
  }
  page.table({"class", "samples", "precision", "95 %", "recall", "95 %", "F1", "95 %"}, rows);
  page.section("Can its confidence be trusted?", "Of the samples that it is 80 % sure of, 80 % should be right: bars on the diagonal.");
  page.svg(train::plot_reliability(train::reliability(d.confidence, d.right)));
  page.section("The most confident mistakes", "Look here first: wrong labels, odd pictures, and what the model has not understood.");
  page.pictures(mistakes(samples, d, labels));
  return page.html();
}

EvaluationResult evaluate_in(const std::string& folder, const std::string& part) {
  FileSystem& files = local_files();
  train::LoadedPackage loaded = train::load_package(files, join_path(folder, "model.lepton")).value();
  const Json& task = *json_member(*loaded.manifest, "task").value();
  OpenedData opened;
  opened.recipe = data::image_recipe_from_json(*json_member(task, "recipe").value()).value();
  const std::string source = json_get<std::string>(*json_member(task, "data").value(), "source").value();
  opened.dataset = data::open_pictures(files, source, opened.recipe).value();
  opened.split = read_split(folder, *opened.dataset);
  const std::vector<std::int64_t> rows = opened.split.indices(part).value();
  const data::DatasetHandle samples = data::subset(opened.dataset, rows);
  EvaluationResult e{.report = report_path(folder, part), .openings = open_part(part, *opened.dataset, rows, folder)};
  const Decisions d = decide(loaded.model, samples);
  e.samples = d.size();
  e.figures = own_figures(d, opened.dataset->target().num_classes());
  if (auto linear = linear_baseline(folder, samples)) e.figures.push_back(std::move(*linear));
  if (part != "train") e.figures.push_back(without_suspects(opened, part, rows, d));
  write_atomic(files, e.report, write_page(e, d, *samples, part, source, read_curves(folder))).value();
  return e;
}

}  // namespace

Result<EvaluationResult> evaluate_images(const std::string& run_folder, const std::string& part) {
  return catch_error([&] { return evaluate_in(run_folder, part); });
}

Result<std::vector<PredictionRow>> predict_images(const std::string& package, const std::vector<std::string>& paths) {
  return catch_error([&] {
    train::LoadedPackage loaded = train::load_package(local_files(), package).value();
    const Json& task = *json_member(*loaded.manifest, "task").value();
    const data::ImageRecipe recipe = data::image_recipe_from_json(*json_member(task, "recipe").value()).value();
    const auto labels = json_member(task, "labels").value()->get<std::vector<std::string>>();
    std::vector<PredictionRow> predictions;
    for (const std::string& path : paths) {
      const std::string bytes = read_file(local_files(), path, kMaxFileBytes).value();
      const auto image = data::decode_image(std::as_bytes(std::span(bytes)));
      if (!image) throw image.error().with_context(path);
      const Tensor input = data::apply(recipe, *image);
      Dims dims = {1};
      dims.insert(dims.end(), input.shape().begin(), input.shape().end());
      const std::vector<double> p = loaded.model.predict(train::Arrays(input.reshape(Shape(dims))), 1).to_vector<double>();
      auto probabilities = ranked(labels, p);
      std::string said = probabilities.front().first;
      predictions.push_back({path, std::move(said), std::move(probabilities)});
    }
    return predictions;
  });
}

}  // namespace lepton::tasks
