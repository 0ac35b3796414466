// runs list and compare: what was trained in this folder, and how runs differ.
#include <CLI/CLI.hpp>
#include <set>

#include "lepton/base/json.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/tasks/runs.hpp"

namespace lepton::cli {
namespace {

using tasks::Run;

Json to_json(const Run& run) {
  Json json = {{"run", run.folder}, {"settings", Json::object()}, {"validation", Json::object()}};
  for (const auto& [key, value] : run.settings) json["settings"][key] = value;
  for (const auto& [key, value] : run.validation) json["validation"][key] = value;
  return json;
}

Json to_json(const std::vector<Run>& runs) {
  Json list = Json::array();
  for (const Run& run : runs) list.push_back(to_json(run));
  return list;
}

void list_runs(const std::string& folder, bool as_json) {
  const std::vector<Run> runs = tasks::runs_below(folder).value();
  if (as_json) return print_json(to_json(runs));
  for (const Run& run : runs) {
    fmt::print("{:<24}", run.folder);
    for (const char* key : {"task", "data", "epochs", "batch_size", "seed"}) {
      if (const std::string* value = run.find_setting(key)) fmt::print(" {}={}", key, *value);
    }
    for (const auto& [key, value] : run.validation) fmt::print(" val_{}={:.4f}", key, value);
    fmt::print("\n");
  }
}

// Settings that are not the same in all runs, then the figures side by side.
void compare_runs(const std::vector<std::string>& folders, bool as_json) {
  std::vector<Run> runs;
  for (const std::string& folder : folders) runs.push_back(tasks::read_run(folder).value());
  if (as_json) return print_json(to_json(runs));
  const auto row = [&](const std::string& name, const auto& text_of) {
    fmt::print("{:<20}", name);
    for (const Run& run : runs) fmt::print(" {:>24}", text_of(run));
    fmt::print("\n");
  };
  row("", [](const Run& run) { return run.folder; });
  std::set<std::string> keys, figures;
  for (const Run& run : runs) {
    for (const auto& [key, value] : run.settings) keys.insert(key);
    for (const auto& [key, value] : run.validation) figures.insert(key);
  }
  for (const std::string& key : keys) {
    const auto text = [&](const Run& run) {
      const std::string* value = run.find_setting(key);
      return value == nullptr ? std::string("-") : *value;
    };
    if (std::ranges::any_of(runs, [&](const Run& run) { return text(run) != text(runs[0]); })) row(key, text);
  }
  for (const std::string& key : figures) {
    row("val_" + key, [&](const Run& run) {
      for (const auto& [name, value] : run.validation) {
        if (name == key) return fmt::format("{:.4f}", value);
      }
      return std::string("-");
    });
  }
  fmt::print("Figures are those of the validation samples that chose the epoch; intervals stand in each run's report.\n");
}

}  // namespace

void add_runs(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("runs", "Trainings of this folder");
  command->require_subcommand(1);
  auto folder = std::make_shared<std::string>("runs");
  auto folders = std::make_shared<std::vector<std::string>>();
  auto as_json = std::make_shared<bool>(false);
  auto* list = command->add_subcommand("list", "One line for each run. Example: lepton runs list");
  list->add_option("folder", *folder, "where the run folders are");
  list->add_flag("--json", *as_json, "print JSON");
  list->callback([=, &context] { context.run = [=] { list_runs(*folder, *as_json); }; });
  auto* compare = command->add_subcommand("compare", "What differs, and what it brought. Example: lepton runs compare runs/001 runs/002");
  compare->add_option("runs", *folders, "run folders")->required()->expected(2, 100);
  compare->add_flag("--json", *as_json, "print JSON");
  compare->callback([=, &context] { context.run = [=] { compare_runs(*folders, *as_json); }; });
}

}  // namespace lepton::cli
