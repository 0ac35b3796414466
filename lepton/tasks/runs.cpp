// A run is a folder with a config.yaml; its package says how it did.
#include "lepton/tasks/runs.hpp"

#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/tasks/settings.hpp"

namespace lepton::tasks {

const std::string* Run::find_setting(std::string_view key) const {
  const auto found = std::ranges::find(settings, key, [](const auto& setting) { return std::string_view(setting.first); });
  return found == settings.end() ? nullptr : &found->second;
}

Result<Run> read_run(const std::string& folder) {
  return catch_error([&] {
    Run run{folder, {}};
    const ConfigFile config = read_config_file(local_files(), join_path(folder, "config.yaml")).value();
    for (const GivenSetting& setting : config.settings) run.settings.emplace_back(setting.key, join(setting.values, ","));
    const auto package = formats::Package::open(local_files(), join_path(folder, "model.lepton"));
    if (!package || !package->manifest().contains("task")) return run;
    const Json& task = package->manifest()["task"];
    if (!task.contains("validation")) return run;
    for (const auto& [key, value] : task["validation"].items()) run.validation.emplace_back(key, value.get<double>());
    return run;
  });
}

Result<std::vector<Run>> runs_below(const std::string& folder) {
  return catch_error([&] {
    std::vector<Run> runs;
    const std::vector<FolderEntry> entries = local_files().list_folder(folder).value();
    for (const FolderEntry& entry : entries) {
      const std::string path = join_path(folder, entry.name);
      if (entry.kind == FileKind::kFolder && exists(local_files(), join_path(path, "config.yaml")).value())
        runs.push_back(read_run(path).value());
    }
    std::ranges::sort(runs, {}, &Run::folder);
    return runs;
  });
}

}  // namespace lepton::tasks
