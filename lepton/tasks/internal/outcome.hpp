// What a model said of a part of the data, and the report that every task makes of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lepton/data/split.hpp"
#include "lepton/nn/metric.hpp"
#include "lepton/tasks/task.hpp"
#include "lepton/train/report/page.hpp"

namespace lepton::tasks {

struct Outcome {
  nn::Predictions model;                  // prediction: probabilities [N, classes] or numbers [N, 1]; target: [N]
  std::optional<nn::Predictions> linear;  // the same of the linear model beside it
  std::vector<std::string> labels;        // of the classes; empty: the target is a number
  std::vector<std::int64_t> groups;       // of each sample; empty: the samples are independent
  std::vector<std::int64_t> no_copies;    // places of the samples that look like no sample of another part

  std::int64_t size() const { return model.target.shape()[0]; }
};

/// Outcome::no_copies of a part of a split.
std::vector<std::int64_t> samples_without_copies(const data::Dataset& dataset, const data::Split& split, const std::string& part);
/// Outcome::groups of `rows`, of a group's name for each sample of the data; empty if there are none.
std::vector<std::int64_t> number_groups(std::span<const std::string> groups, std::span<const std::int64_t> rows);

/// The most probable class of each sample, beside the true one.
struct Decisions {
  std::vector<std::int64_t> truth, said;
  std::vector<double> confidence;
  std::vector<std::uint8_t> right;
};

/// What stands on the page beside the outcome itself.
struct ReportRequest {
  std::string title;  // "Image classifier"
  std::string source;
  std::string run_folder;
  std::string part;
  std::int64_t openings = 0;
  std::vector<std::string> notes = {};
  std::function<void(train::Page&, const Decisions&)> more_of_classes = nullptr;  // the last sections, e.g. pictures
};

/// Computes the figures with their intervals and writes the page.
EvaluationResult write_report(const Outcome& outcome, const ReportRequest& request);

/// The figures of write_report() by which classifiers and models of numbers can be compared.
std::vector<Objective> class_objectives();
std::vector<Objective> number_objectives();

}  // namespace lepton::tasks
