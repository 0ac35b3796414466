// The run that a package lies in gives the samples to compare on.
#include "lepton/tasks/export.hpp"

#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/tasks/task.hpp"
#include "lepton/train/package.hpp"

namespace lepton::tasks {
namespace {

constexpr std::int64_t kValidationSamples = 256, kSeededSamples = 32;

// Validation samples of the run that the package lies in, or, if they cannot be had, seeded inputs.
void choose_inputs(train::OnnxExport& options, const train::Model& model, const Json& task, const std::string& run_folder) {
  std::string reason = "there is no run with its split beside the model";
  const auto row = std::ranges::find(all_tasks(), task.value("kind", ""), &TaskDef::name);
  if (row != all_tasks().end() && row->inputs != nullptr && exists(local_files(), join_path(run_folder, "split.json")).value()) {
    auto inputs = row->inputs(run_folder, "val", kValidationSamples);
    if (inputs && !inputs->empty() && (*inputs)[0].shape()[0] > 0) {
      options.inputs = train::Arrays(*std::move(inputs));
      options.inputs_from = "validation samples";
      return;
    }
    reason = inputs ? "the run has no validation samples" : inputs.error().message();
  }
  options.inputs = train::seeded_inputs(model, kSeededSamples);
  options.inputs_from = fmt::format("seeded random inputs ({})", reason);
}

}  // namespace

Result<ExportReport> export_model(const ExportRequest& request) {
  return catch_error([&] {
    const bool is_run = local_files().stat(request.model).value().kind == FileKind::kFolder;
    const std::string package = is_run ? join_path(request.model, "model.lepton") : request.model;
    const std::string folder = parent_folder(package);
    train::LoadedPackage loaded = train::load_package(local_files(), package).value();
    const Json task = loaded.manifest->value("task", Json::object());
    train::OnnxExport options{.external_weights = request.external_weights};
    choose_inputs(options, loaded.model, task, folder);
    const std::string out = request.out.empty() ? join_path(folder, fmt::format("{}.onnx", file_stem(package))) : request.out;
    train::OnnxExportResult result = train::export_onnx(local_files(), out, loaded.model, task, options).value();
    return ExportReport{std::move(result), options.inputs_from, options.inputs.num_samples()};
  });
}

}  // namespace lepton::tasks
