// Figures and pages of outcomes. Intervals are Wilson's for shares of independent samples, and else a bootstrap that resamples groups.
#include "lepton/tasks/internal/outcome.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "lepton/base/files.hpp"
#include "lepton/data/leak/leak_guard.hpp"
#include "lepton/tasks/internal/evaluation.hpp"
#include "lepton/train/report/plot.hpp"

namespace lepton::tasks {
namespace {

constexpr std::uint64_t kBootstrapSeed = 1;
constexpr int kResamples = 400;

using Places = std::span<const std::int64_t>;
using FigureOf = std::function<double(const nn::Predictions&)>;

nn::Predictions at(const nn::Predictions& from, Places places) {
  const auto count = static_cast<std::int64_t>(places.size()), width = from.prediction.shape()[-1];
  nn::Predictions drawn{Tensor::empty(DType::kF64, {count, width}), Tensor::empty(DType::kF64, {count}), {}};
  double* prediction = drawn.prediction.data<double>();
  double* target = drawn.target.data<double>();
  for (const std::int64_t place : places) {
    prediction = std::copy_n(from.prediction.data<double>() + place * width, width, prediction);
    *target++ = from.target.data<double>()[place];
  }
  return drawn;
}

// In double precision, as at() reads them.
nn::Predictions in_double(const nn::Predictions& p) {
  return {p.prediction.cast(DType::kF64).contiguous(), p.target.cast(DType::kF64).contiguous(), {}};
}

train::Figure figure(const std::string& name, const nn::Predictions& of, const Outcome& outcome, const FigureOf& value,
                     const std::string& note = {}) {
  const auto interval = train::bootstrap_interval(
      outcome.size(), outcome.groups, [&](Places places) { return value(at(of, places)); }, kBootstrapSeed, kResamples);
  return {name, value(of), interval, note};
}

FigureOf metric_of(const char* name) {
  return [metric = nn::Metric(name)](const nn::Predictions& p) { return metric.def().from_predictions(p, metric.arguments()); };
}

Decisions decide(const nn::Predictions& of) {
  Decisions d;
  const std::ptrdiff_t classes = of.prediction.shape()[-1];
  const double* row = of.prediction.data<double>();
  for (const std::int64_t label : of.target.to_vector<std::int64_t>()) {
    const double* best = std::max_element(row, row + classes);
    d.truth.push_back(label);
    d.said.push_back(best - row);
    d.confidence.push_back(*best);
    d.right.push_back(d.said.back() == label ? 1 : 0);
    row += classes;
  }
  return d;
}

// The share of the samples at `places` that are right.
train::Figure share_right(const std::string& name, const Decisions& d, const Outcome& outcome, Places places,
                          const std::string& note = {}) {
  const auto right_at = [&](Places of) {
    std::int64_t right = 0;
    for (const std::int64_t place : of) right += d.right[static_cast<std::size_t>(place)];
    return right;
  };
  const std::int64_t right = right_at(places);
  train::Figure share =
      train::proportion(name, right, std::ssize(places), note.empty() ? fmt::format("{} of {}", right, places.size()) : note);
  if (outcome.groups.empty()) return share;
  // Samples of one group are not independent: Wilson's interval would be too narrow.
  std::vector<std::int64_t> groups;
  for (const std::int64_t place : places) groups.push_back(outcome.groups[static_cast<std::size_t>(place)]);
  share.interval = train::bootstrap_interval(
      std::ssize(places), groups,
      [&](Places drawn) {
        std::int64_t hits = 0;
        for (const std::int64_t i : drawn) hits += d.right[static_cast<std::size_t>(places[static_cast<std::size_t>(i)])];
        return drawn.empty() ? 0 : static_cast<double>(hits) / static_cast<double>(drawn.size());
      },
      kBootstrapSeed, kResamples);
  return share;
}

// Decisions of always saying the most frequent class.
Decisions majority(const Decisions& d) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const std::int64_t label : d.truth) ++counts[label];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  Decisions all{d.truth, {}, {}, {}};
  for (const std::int64_t label : d.truth) all.right.push_back(label == most->first ? 1 : 0);
  return all;
}

std::string copies_note(const Outcome& outcome) {
  return fmt::format("{} of {} samples look like copies of others across the split", outcome.size() - std::ssize(outcome.no_copies),
                     outcome.size());
}

// The probabilities of the second of two classes.
nn::Predictions of_second(const nn::Predictions& p) {
  nn::Predictions second{Tensor::empty(DType::kF64, {p.target.shape()[0], 1}), p.target, {}};
  for (std::int64_t i = 0; i < p.target.shape()[0]; ++i) second.prediction.data<double>()[i] = p.prediction.data<double>()[2 * i + 1];
  return second;
}

std::vector<train::Figure> class_figures(const Outcome& outcome, const Decisions& d, const std::string& part) {
  std::vector<std::int64_t> all(d.truth.size());
  std::iota(all.begin(), all.end(), 0);
  std::vector<train::Figure> figures = {share_right("accuracy", d, outcome, all)};
  if (part != "train")
    figures.push_back(share_right("accuracy without suspected copies", d, outcome, outcome.no_copies, copies_note(outcome)));
  figures.push_back(figure("macro F1", outcome.model, outcome, metric_of("f1_score")));
  if (outcome.labels.size() == 2) {
    const auto area = [auc = metric_of("roc_auc")](const nn::Predictions& p) { return auc(of_second(p)); };
    figures.push_back(figure("ROC AUC", outcome.model, outcome, area, "0.5 is chance"));
  }
  figures.push_back(figure("Brier score", outcome.model, outcome, metric_of("brier_score"), "0 is best"));
  figures.push_back(figure("calibration error", outcome.model, outcome, metric_of("expected_calibration_error"), "0 is best"));
  figures.push_back(share_right("baseline: most frequent class", majority(d), outcome, all));
  if (outcome.linear) figures.push_back(share_right("baseline: linear model", decide(*outcome.linear), outcome, all));
  return figures;
}

double mean_of_errors(const nn::Predictions& p, double (*of)(double)) {
  const std::int64_t count = p.target.shape()[0];
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += of(p.prediction.data<double>()[i] - p.target.data<double>()[i]);
  return count == 0 ? 0 : sum / static_cast<double>(count);
}
double root_mean_square(const nn::Predictions& p) {
  return std::sqrt(mean_of_errors(p, [](double error) { return error * error; }));
}
double mean_absolute(const nn::Predictions& p) {
  return mean_of_errors(p, [](double error) { return std::abs(error); });
}

std::vector<train::Figure> number_figures(const Outcome& outcome, const std::string& part) {
  std::vector<train::Figure> figures = {figure("mean absolute error", outcome.model, outcome, mean_absolute, "in units of the target"),
                                        figure("root mean squared error", outcome.model, outcome, root_mean_square),
                                        figure("R2", outcome.model, outcome, metric_of("r2_score"), "1 is best")};
  if (part != "train") {
    Outcome rest{.model = at(outcome.model, outcome.no_copies)};
    for (const std::int64_t place : outcome.no_copies) {
      if (!outcome.groups.empty()) rest.groups.push_back(outcome.groups[static_cast<std::size_t>(place)]);
    }
    figures.push_back(figure("mean absolute error without suspected copies", rest.model, rest, mean_absolute, copies_note(outcome)));
  }
  // Always saying the mean has R2 = 0 by definition: what that means in units stands beside it.
  const std::vector<double> truth = outcome.model.target.to_vector<double>();
  const double mean = truth.empty() ? 0 : std::accumulate(truth.begin(), truth.end(), 0.0) / static_cast<double>(truth.size());
  const nn::Predictions constant{Tensor::full(DType::kF64, {outcome.size(), 1}, mean), outcome.model.target, {}};
  figures.push_back(figure("baseline: mean absolute error of always saying the mean", constant, outcome, mean_absolute));
  if (outcome.linear) figures.push_back(figure("baseline: mean absolute error of a linear model", *outcome.linear, outcome, mean_absolute));
  return figures;
}

void add_class_sections(train::Page& page, const Outcome& outcome, const Decisions& d) {
  const auto classes = std::ssize(outcome.labels);
  page.section("Where it goes wrong", "Each row is a true class; the darker a red cell, the more of the row ended there.");
  page.svg(train::plot_confusion(train::confusion_matrix(d.truth, d.said, classes), outcome.labels));
  std::vector<std::vector<std::string>> table;
  const auto figures = train::class_figures(d.truth, d.said, classes, outcome.groups, kBootstrapSeed);
  for (std::size_t c = 0; c < figures.size(); ++c) {
    const auto text = [](double value, const train::Interval& i) { return train::figure_text(value, i, true); };
    table.push_back({outcome.labels[c], std::to_string(figures[c].support), text(figures[c].precision, figures[c].precision_interval),
                     text(figures[c].recall, figures[c].recall_interval), text(figures[c].f1, figures[c].f1_interval)});
  }
  page.table({"class", "samples", "precision (95 %)", "recall (95 %)", "F1 (95 %)"}, table);
  page.section("Can its confidence be trusted?", "Of the samples that it is 80 % sure of, 80 % should be right: bars on the diagonal.");
  page.svg(train::plot_reliability(train::reliability(d.confidence, d.right)));
}

}  // namespace

std::vector<std::int64_t> samples_without_copies(const data::Dataset& dataset, const data::Split& split, const std::string& part) {
  std::set<std::int64_t> suspects;
  const data::LeakReport report = data::check_leaks(dataset, split).value();
  for (const auto& crossing : report.crossings) {
    for (const data::CopyPair& pair : crossing.pairs) {
      if (crossing.first_part == part) suspects.insert(pair.first);
      if (crossing.second_part == part) suspects.insert(pair.second);
    }
  }
  const std::vector<std::int64_t> rows = split.indices(part).value();
  std::vector<std::int64_t> places;
  for (std::size_t place = 0; place < rows.size(); ++place) {
    if (!suspects.contains(rows[place])) places.push_back(static_cast<std::int64_t>(place));
  }
  return places;
}

std::vector<std::int64_t> number_groups(std::span<const std::string> groups, std::span<const std::int64_t> rows) {
  std::vector<std::int64_t> numbers;
  if (groups.empty()) return numbers;
  std::map<std::string, std::int64_t> known;
  for (const std::int64_t row : rows) {
    const auto number = static_cast<std::int64_t>(known.size());
    numbers.push_back(known.emplace(groups[static_cast<std::size_t>(row)], number).first->second);
  }
  return numbers;
}

EvaluationResult write_report(const Outcome& given, const ReportRequest& request) {
  Outcome outcome = given;
  outcome.model = in_double(given.model);
  if (given.linear) outcome.linear = in_double(*given.linear);
  const bool classes = !outcome.labels.empty();
  const Decisions d = classes ? decide(outcome.model) : Decisions{};
  EvaluationResult e{.report = report_path(request.run_folder, request.part), .samples = outcome.size(), .openings = request.openings};
  e.figures = classes ? class_figures(outcome, d, request.part) : number_figures(outcome, request.part);
  train::Page page(request.title + ": " + request.part + " report",
                   fmt::format("{}, {} {} samples{}", request.source, e.samples, request.part,
                               e.openings > 0 ? fmt::format("; the test set was opened {} times for this data", e.openings) : ""));
  page.figures(e.figures);
  if (request.part != "test")
    page.warning("These samples took part in training or in choosing the epoch: the figures are optimistic. Use the test set for a claim.");
  for (const std::string& note : request.notes) page.paragraph(note);
  if (const std::string curves = read_curves(request.run_folder); !curves.empty()) {
    page.section("Training", "The dashed line is the epoch that was chosen by the validation loss.");
    page.svg(curves);
  }
  if (classes) {
    add_class_sections(page, outcome, d);
    if (request.more_of_classes) request.more_of_classes(page, d);
  } else {
    page.section("Predicted against true", "Points on the diagonal are right.");
    page.svg(train::plot_scatter("predictions", outcome.model.target.to_vector<double>(), outcome.model.prediction.to_vector<double>()));
  }
  write_atomic(local_files(), e.report, page.html()).value();
  return e;
}

std::vector<Objective> class_objectives() {
  return {{.name = "accuracy", .is_share = true},
          {.name = "macro F1", .is_share = true},
          {.name = "ROC AUC", .is_share = true},
          {.name = "Brier score", .higher_is_better = false},
          {.name = "calibration error", .higher_is_better = false, .is_share = true},
          {.name = "loss", .higher_is_better = false}};
}

std::vector<Objective> number_objectives() {
  return {{"mean absolute error", false}, {"root mean squared error", false}, {"R2", true}, {"loss", false}};
}

}  // namespace lepton::tasks
