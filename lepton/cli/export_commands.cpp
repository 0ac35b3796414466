// export: a trained model as a file for other programs, compared with the model before it is written.
#include <CLI/CLI.hpp>

#include "lepton/base/json.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/tasks/export.hpp"

namespace lepton::cli {
namespace {

struct ExportArguments {
  tasks::ExportRequest request;
  std::string to = "onnx";
  bool json = false;
};

void export_model(const ExportArguments& arguments) {
  const tasks::ExportReport report = tasks::export_model(arguments.request).value();
  if (arguments.json) {
    print_json({{"files", report.result.paths},
                {"inputs", report.inputs_from},
                {"samples", report.samples},
                {"largest_relative_difference", report.result.difference}});
    return;
  }
  for (const std::string& path : report.result.paths) fmt::print("{}\n", path);
  fmt::print("compared on {} {}: differs from the model by at most {:.2g} of the largest output\n", report.samples, report.inputs_from,
             report.result.difference);
}

}  // namespace

void add_export(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "export", "Writes a model for other programs, with its recipe beside it. Example: lepton export runs/001 --to onnx");
  auto arguments = std::make_shared<ExportArguments>();
  command->add_option("model", arguments->request.model, "run folder or .lepton package")->required();
  command->add_option("--to", arguments->to, "format: onnx")->check(CLI::IsMember({"onnx"}));
  command->add_option("--out", arguments->request.out, "file to write (default: beside the package)");
  command->add_flag("--external-weights", arguments->request.external_weights, "weights in a file of their own, needed beyond 2 GB");
  command->add_flag("--json", arguments->json, "print JSON");
  command->callback([=, &context] { context.run = [=] { export_model(*arguments); }; });
}

}  // namespace lepton::cli
