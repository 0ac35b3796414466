// Evaluation reports and predictions of image classifiers.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/leak/leak_guard.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/tasks/image_classification.hpp"
#include "lepton/tasks/internal/image_run.hpp"
#include "lepton/tasks/internal/opening.hpp"
#include "lepton/tasks/loader_source.hpp"
#include "lepton/train/package.hpp"
#include "lepton/train/report/page.hpp"
#include "lepton/train/report/plot.hpp"

namespace lepton::tasks {
namespace {

constexpr std::uint64_t kMaxJsonBytes = std::uint64_t{256} << 20;

Json read_json(const std::string& path) {
  return parse_json(read_file(local_files(), path, kMaxJsonBytes).value(), {.max_bytes = kMaxJsonBytes}).value();
}

struct Scores {
  std::vector<std::int64_t> truth, predicted;
  std::vector<double> confidence;
  std::vector<std::uint8_t> right;
};

Scores score(train::Model& model, const data::DatasetHandle& samples) {
  Scores s;
  const auto source = loader_source(samples, {.batch_size = 128, .shuffle = false});
  source->start(0, 0);
  train::Batch batch;
  while (source->next(batch)) {
    const Tensor probabilities = model.predict(train::Arrays(batch.inputs), batch.size());
    const std::vector<double> p = probabilities.to_vector<double>();
    const std::vector<std::int64_t> labels = batch.targets[0].to_vector<std::int64_t>();
    const auto classes = static_cast<std::size_t>(probabilities.shape()[-1]);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto row = p.begin() + static_cast<std::ptrdiff_t>(i * classes);
      const auto best = std::max_element(row, row + static_cast<std::ptrdiff_t>(classes));
      s.truth.push_back(labels[i]);
      s.predicted.push_back(best - row);
      s.confidence.push_back(*best);
      s.right.push_back(s.predicted.back() == labels[i]);
    }
  }
  return s;
}

// The mistakes of which the model was surest, as pictures.
std::vector<train::Page::Picture> mistakes(const data::Dataset& samples, const Scores& s, const std::vector<std::string>& labels) {
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < s.right.size(); ++i) {
    if (s.right[i] == 0) wrong.push_back(i);
  }
  std::ranges::stable_sort(wrong, [&](std::size_t a, std::size_t b) { return s.confidence[a] > s.confidence[b]; });
  if (wrong.size() > 24) wrong.resize(24);
  std::vector<train::Page::Picture> pictures;
  for (const std::size_t i : wrong) {
    const auto picture = samples.picture(static_cast<std::int64_t>(i));
    if (!picture) continue;
    const auto png = data::encode_png(*picture);
    if (!png) continue;
    pictures.push_back({"data:image/png;base64," + train::base64(*png),
                        {fmt::format("said {} ({:.1f} %)", labels[static_cast<std::size_t>(s.predicted[i])], 100 * s.confidence[i]),
                         "is " + labels[static_cast<std::size_t>(s.truth[i])]}});
  }
  return pictures;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }
std::string percent(const train::Interval& interval) { return fmt::format("{:.1f} to {:.1f}", 100 * interval.low, 100 * interval.high); }

double share_of_majority(const std::vector<std::int64_t>& truth) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const std::int64_t label : truth) ++counts[label];
  std::int64_t largest = 0;
  for (const auto& [label, count] : counts) largest = std::max(largest, count);
  return truth.empty() ? 0 : static_cast<double>(largest) / static_cast<double>(truth.size());
}

// The same without samples that look like copies of training samples.
train::Figure without_suspects(const OpenedData& opened, const std::string& part, std::span<const std::int64_t> rows, const Scores& s) {
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
    right += s.right[i];
    ++count;
  }
  return {"accuracy without suspected copies", count == 0 ? 0 : static_cast<double>(right) / static_cast<double>(count),
          train::wilson_interval(right, count),
          fmt::format("{} of {} samples look like copies of others across the split", suspects.size(), rows.size())};
}

// Runs of earlier versions have no linear model beside them.
std::optional<train::Figure> linear_baseline(const std::string& folder, const data::DatasetHandle& samples) {
  const std::string path = join_path(folder, "baseline.lepton");
  if (!exists(local_files(), path).value()) return std::nullopt;
  train::LoadedPackage baseline = train::load_package(local_files(), path).value();
  const Scores s = score(baseline.model, samples);
  const std::int64_t right = std::accumulate(s.right.begin(), s.right.end(), std::int64_t{0});
  const auto count = static_cast<std::int64_t>(s.right.size());
  return train::Figure{"baseline: linear model", count == 0 ? 0 : static_cast<double>(right) / static_cast<double>(count),
                       train::wilson_interval(right, count), "on the same pixels"};
}

std::string write_page(ImageEvaluation& e, const Scores& s, const data::Dataset& samples, const std::vector<std::string>& labels,
                       const std::string& part, const std::string& data_name, const std::string& curves,
                       const std::vector<train::Figure>& more) {
  const auto classes = static_cast<std::int64_t>(labels.size());
  train::Page page("Image classifier: " + part + " report",
                   fmt::format("{}, {} {} samples{}", data_name, e.samples, part,
                               e.openings > 0 ? fmt::format("; the test set was opened {} times for this data", e.openings) : ""));
  const train::Confusion confusion = train::confusion_matrix(s.truth, s.predicted, classes);
  const std::vector<train::ReliabilityBin> bins = train::reliability(s.confidence, s.right);
  const auto resampled = [&](const auto& figure) { return train::bootstrap_interval(e.samples, {}, figure, 1, 400); };
  const train::Interval f1 = resampled([&](std::span<const std::int64_t> drawn) {
    std::vector<std::int64_t> t, p;
    for (const std::int64_t i : drawn)
      t.push_back(s.truth[static_cast<std::size_t>(i)]), p.push_back(s.predicted[static_cast<std::size_t>(i)]);
    return train::macro_f1(train::confusion_matrix(t, p, classes));
  });
  const train::Interval ece = resampled([&](std::span<const std::int64_t> drawn) {
    std::vector<double> c;
    std::vector<std::uint8_t> r;
    for (const std::int64_t i : drawn)
      c.push_back(s.confidence[static_cast<std::size_t>(i)]), r.push_back(s.right[static_cast<std::size_t>(i)]);
    return train::expected_calibration_error(train::reliability(c, r));
  });
  const std::int64_t majority_right = static_cast<std::int64_t>(e.majority * static_cast<double>(e.samples) + 0.5);
  e.figures = {{"accuracy", e.accuracy, {e.accuracy_low, e.accuracy_high}, fmt::format("{} of {}", e.right, e.samples)},
               {"macro F1", train::macro_f1(confusion), f1},
               {"calibration error", train::expected_calibration_error(bins), ece, "0 is best"},
               {"baseline: most frequent class", e.majority, train::wilson_interval(majority_right, e.samples)}};
  e.figures.insert(e.figures.end(), more.begin(), more.end());
  page.figures(e.figures);
  if (part != "test")
    page.warning("These samples took part in training or in choosing the epoch: the figures are optimistic. Use the test set for a claim.");
  if (!curves.empty()) {
    page.section("Training", "The dashed line is the epoch that was chosen by the validation loss.");
    page.svg(curves);
  }
  page.section("Where it goes wrong", "Each row is a true class; the darker a red cell, the more of the row ended there.");
  page.svg(train::plot_confusion(confusion, labels));
  std::vector<std::vector<std::string>> rows;
  const std::vector<train::ClassFigures> figures = train::class_figures(s.truth, s.predicted, classes, {}, 1);
  for (std::size_t c = 0; c < figures.size(); ++c) {
    const train::ClassFigures& f = figures[c];
    rows.push_back({labels[c], std::to_string(f.support), percent(f.precision), percent(f.precision_interval), percent(f.recall),
                    percent(f.recall_interval), percent(f.f1), percent(f.f1_interval)});
  }
  page.table({"class", "samples", "precision", "95 %", "recall", "95 %", "F1", "95 %"}, rows);
  page.section("Can its confidence be trusted?", "Of the samples that it is 80 % sure of, 80 % should be right: bars on the diagonal.");
  page.svg(train::plot_reliability(bins));
  page.section("The most confident mistakes", "Look here first: wrong labels, odd pictures, and what the model has not understood.");
  page.pictures(mistakes(samples, s, labels));
  return page.html();
}

ImageEvaluation evaluate_in(const std::string& folder, const std::string& part) {
  FileSystem& files = local_files();
  train::LoadedPackage loaded = train::load_package(files, join_path(folder, "model.lepton")).value();
  const Json& task = *json_member(*loaded.manifest, "task").value();
  OpenedData opened;
  opened.recipe = data::image_recipe_from_json(*json_member(task, "recipe").value()).value();
  const std::string source = json_get<std::string>(*json_member(task, "data").value(), "source").value();
  opened.dataset = data::open_pictures(files, source, opened.recipe).value();
  opened.split = data::split_from_json(read_json(join_path(folder, "split.json")), *opened.dataset).value();
  const std::vector<std::int64_t> rows = opened.split.indices(part).value();
  ImageEvaluation e;
  e.openings = open_part(part, *opened.dataset, rows, folder);
  const data::DatasetHandle samples = data::subset(opened.dataset, rows);
  const Scores s = score(loaded.model, samples);
  e.samples = static_cast<std::int64_t>(s.truth.size());
  e.right = std::accumulate(s.right.begin(), s.right.end(), std::int64_t{0});
  e.accuracy = e.samples == 0 ? 0 : static_cast<double>(e.right) / static_cast<double>(e.samples);
  const train::Interval interval = train::wilson_interval(e.right, e.samples);
  e.accuracy_low = interval.low;
  e.accuracy_high = interval.high;
  e.majority = share_of_majority(s.truth);
  e.report = join_path(folder, part == "test" ? "report.html" : "report-" + part + ".html");
  const auto curves = read_file(files, join_path(folder, "curves.svg"), kMaxJsonBytes);
  std::vector<train::Figure> more;
  if (auto linear = linear_baseline(folder, samples)) more.push_back(std::move(*linear));
  if (part != "train") more.push_back(without_suspects(opened, part, rows, s));
  const std::string html =
      write_page(e, s, *samples, opened.dataset->target().label_names, part, source, curves ? *curves : std::string(), more);
  write_atomic(files, e.report, html).value();
  return e;
}

}  // namespace

Result<ImageEvaluation> evaluate_images(const std::string& run_folder, const std::string& part) {
  return catch_error([&] { return evaluate_in(run_folder, part); });
}

Result<std::vector<ImagePrediction>> predict_images(const std::string& package, const std::vector<std::string>& paths) {
  return catch_error([&] {
    train::LoadedPackage loaded = train::load_package(local_files(), package).value();
    const Json& task = *json_member(*loaded.manifest, "task").value();
    const data::ImageRecipe recipe = data::image_recipe_from_json(*json_member(task, "recipe").value()).value();
    const auto labels = json_member(task, "labels").value()->get<std::vector<std::string>>();
    std::vector<ImagePrediction> predictions;
    for (const std::string& path : paths) {
      const std::string bytes = read_file(local_files(), path, kMaxJsonBytes).value();
      const auto image = data::decode_image(std::as_bytes(std::span(bytes)));
      if (!image) throw image.error().with_context(path);
      const Tensor input = data::apply(recipe, *image);
      Dims dims = {1};
      dims.insert(dims.end(), input.shape().begin(), input.shape().end());
      const std::vector<double> p = loaded.model.predict(train::Arrays(input.reshape(Shape(dims))), 1).to_vector<double>();
      ImagePrediction prediction{path, {}, {}};
      for (std::size_t c = 0; c < p.size(); ++c) prediction.probabilities.emplace_back(labels.at(c), p[c]);
      std::ranges::stable_sort(prediction.probabilities, [](const auto& a, const auto& b) { return a.second > b.second; });
      prediction.label = prediction.probabilities.front().first;
      predictions.push_back(std::move(prediction));
    }
    return predictions;
  });
}

}  // namespace lepton::tasks
