// Finds out what lies at a path and hands it to the right inspector.
#include "lepton/data/inspect/inspect.hpp"

#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/inspect/internal/inspectors.hpp"
#include "lepton/data/readers/idx.hpp"
#include "lepton/data/readers/npz_dataset.hpp"

namespace lepton::data {
namespace {

constexpr double kImbalance = 10;
constexpr std::int64_t kFewSamples = 10;

}  // namespace

void add_finding(Inspection& inspection, Finding::Severity severity, std::string what, std::string text) {
  inspection.findings.push_back({severity, std::move(what), std::move(text)});
}

void judge_classes(Inspection& inspection) {
  if (inspection.classes.empty()) return;
  const auto count_of = [](const auto& entry) { return entry.second; };
  const auto least = *std::ranges::min_element(inspection.classes, {}, count_of),
             most = *std::ranges::max_element(inspection.classes, {}, count_of);
  if (inspection.classes.size() < 2) {
    add_finding(inspection, Finding::Severity::kError, "one-class",
                fmt::format("there is only class '{}'; a classifier needs two", most.first));
  }
  if (least.second == 0) {
    add_finding(inspection, Finding::Severity::kError, "empty-class",
                fmt::format("class '{}' has no sample that can be used", least.first));
  } else if (least.second < kFewSamples) {
    add_finding(inspection, Finding::Severity::kWarning, "few-samples",
                fmt::format("class '{}' has {} samples; {} are too few to split", least.first, least.second, least.second));
  }
  if (least.second > 0 && static_cast<double>(most.second) > kImbalance * static_cast<double>(least.second)) {
    add_finding(inspection, Finding::Severity::kWarning, "class-imbalance",
                fmt::format("class '{}' has {} samples, class '{}' {}; accuracy alone will mislead", most.first, most.second, least.first,
                            least.second));
  }
}

std::int64_t Inspection::num_conflicts() const { return std::ranges::count(duplicates, true, &DuplicatePair::conflict); }
bool Inspection::has_errors() const { return std::ranges::count(findings, Finding::Severity::kError, &Finding::severity) > 0; }

Result<Inspection> inspect(FileSystem& files, const std::string& path, const InspectOptions& options) {
  LEPTON_TRY(const FileInfo info, files.stat(path));
  if (info.kind == FileKind::kFolder) return inspect_class_folder(files, path, options);
  std::string extension = file_extension(path);
  if (extension == "gz") extension = file_extension(file_stem(path));
  if (extension == "npz") {
    LEPTON_TRY(const DatasetHandle dataset, read_npz_dataset(files, path));
    return inspect_arrays(*dataset, path, options);
  }
  if (extension == "csv" || extension == "tsv" || extension == "txt" || extension == "data") {
    LEPTON_TRY(const Table table, read_table(files, path, options.table));
    return inspect_table(table, options);
  }
  if (path.find("-idx") != std::string::npos || extension == "idx") {
    LEPTON_TRY(const Tensor array, read_idx(files, path));
    return inspect_arrays(*make_array_dataset({array}), path, options);
  }
  return make_error(ErrorCode::kUnsupported, "{}: expected a folder of classes, a CSV file, an NPZ file or an IDX file", path);
}

}  // namespace lepton::data
