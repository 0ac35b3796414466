// export: a trained model as a file for other programs, compared with the model before it is written.
#include <CLI/CLI.hpp>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/tasks/task.hpp"
#include "lepton/train/onnx_export.hpp"
#include "lepton/train/package.hpp"

namespace lepton::cli {
namespace {

constexpr std::int64_t kValidationSamples = 256, kSeededSamples = 32;

struct ExportArguments {
  std::string model, to = "onnx", out;
  bool external_weights = false, json = false;
};

// Validation samples of the run that the package lies in, or, if they cannot be had, seeded inputs.
void choose_inputs(train::OnnxExport& options, const train::Model& model, const Json& task, const std::string& run_folder) {
  std::string reason = "there is no run with its split beside the model";
  const auto row = std::ranges::find(tasks::all_tasks(), task.value("kind", ""), &tasks::TaskDef::name);
  if (row != tasks::all_tasks().end() && row->inputs != nullptr && exists(local_files(), join_path(run_folder, "split.json")).value()) {
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

void export_model(const ExportArguments& arguments) {
  const bool is_run = local_files().stat(arguments.model).value().kind == FileKind::kFolder;
  const std::string package = is_run ? join_path(arguments.model, "model.lepton") : arguments.model;
  const std::string folder = parent_folder(package);
  train::LoadedPackage loaded = train::load_package(local_files(), package).value();
  const Json task = loaded.manifest->value("task", Json::object());
  train::OnnxExport options{.external_weights = arguments.external_weights};
  choose_inputs(options, loaded.model, task, folder);
  const std::string out = arguments.out.empty() ? join_path(folder, fmt::format("{}.onnx", file_stem(package))) : arguments.out;
  const train::OnnxExportResult result = train::export_onnx(local_files(), out, loaded.model, task, options).value();
  if (arguments.json) {
    print_json({{"files", result.paths},
                {"inputs", options.inputs_from},
                {"samples", options.inputs.num_samples()},
                {"largest_relative_difference", result.difference}});
    return;
  }
  for (const std::string& path : result.paths) fmt::print("{}\n", path);
  fmt::print("compared on {} {}: differs from the model by at most {:.2g} of the largest output\n", options.inputs.num_samples(),
             options.inputs_from, result.difference);
}

}  // namespace

void add_export(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "export", "Writes a model for other programs, with its recipe beside it. Example: lepton export runs/001 --to onnx");
  auto arguments = std::make_shared<ExportArguments>();
  command->add_option("model", arguments->model, "run folder or .lepton package")->required();
  command->add_option("--to", arguments->to, "format: onnx")->check(CLI::IsMember({"onnx"}));
  command->add_option("--out", arguments->out, "file to write (default: beside the package)");
  command->add_flag("--external-weights", arguments->external_weights, "weights in a file of their own, needed beyond 2 GB");
  command->add_flag("--json", arguments->json, "print JSON");
  command->callback([=, &context] { context.run = [=] { export_model(*arguments); }; });
}

}  // namespace lepton::cli
