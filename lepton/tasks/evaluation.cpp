// Shared parts of evaluations. The count of test openings lies outside the run, by the data's fingerprint.
#include "lepton/tasks/internal/evaluation.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/fingerprint.hpp"
#include "lepton/data/test_openings.hpp"

namespace lepton::tasks {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  (void)std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

std::int64_t open_part(const std::string& part, const data::Dataset& dataset, std::span<const std::int64_t> rows,
                       const std::string& run_folder) {
  if (part != "test") return 0;
  const data::TestOpenings openings(local_files(), data::state_folder());
  return openings.open(data::fingerprint(dataset, rows).value(), {.time = utc_now(), .purpose = run_folder}).value();
}

data::Split read_split(const std::string& run_folder, const data::Dataset& dataset) {
  const std::string text = read_file(local_files(), join_path(run_folder, "split.json"), kMaxBytes).value();
  return data::split_from_json(parse_json(text, {.max_bytes = kMaxBytes}).value(), dataset).value();
}

std::vector<Tensor> first_inputs(const data::Dataset& dataset, const std::string& run_folder, const std::string& part,
                                 std::int64_t at_most) {
  std::vector<std::int64_t> rows = read_split(run_folder, dataset).indices(part).value();
  if (std::ssize(rows) > at_most) rows.resize(static_cast<std::size_t>(at_most));
  return dataset.load_batch(rows).value().inputs;
}

std::string read_curves(const std::string& run_folder) {
  const auto curves = read_file(local_files(), join_path(run_folder, "curves.svg"), kMaxBytes);
  return curves ? *curves : std::string();
}

std::string report_path(const std::string& run_folder, const std::string& part) {
  return join_path(run_folder, part == "test" ? "report.html" : "report-" + part + ".html");
}

std::vector<std::pair<std::string, double>> ranked(std::span<const std::string> labels, std::span<const double> probabilities) {
  std::vector<std::pair<std::string, double>> all;
  for (std::size_t c = 0; c < labels.size(); ++c) all.emplace_back(labels[c], probabilities[c]);
  std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.second > b.second; });
  return all;
}

}  // namespace lepton::tasks
