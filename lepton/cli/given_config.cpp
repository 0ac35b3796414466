// Settings from files and words of the command line, for the commands that train.
#include <cstdio>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::cli {

GivenConfig read_given(const std::vector<std::string>& words) {
  GivenConfig given;
  const auto add_file = [&](const std::string& path) {
    tasks::ConfigFile config = tasks::read_config_file(local_files(), path).value();
    for (const std::string& difference : tasks::differences_from_here(config.made_by))
      std::fprintf(stderr, "note: %s: the same bits are not promised\n", difference.c_str());
    for (tasks::GivenSetting& setting : config.settings) {
      if (setting.key == "task" && setting.values.size() == 1) {
        if (given.task.empty()) given.task = setting.values[0];
        continue;
      }
      given.config.settings.push_back(std::move(setting));
    }
    if (config.tune.kind != tasks::ConfigNode::Kind::kNothing) given.config.tune = std::move(config.tune);
  };
  for (const std::string& word : words) {
    const bool file = word.ends_with(".yaml") || word.ends_with(".yml");
    if (file && word.find('=') == std::string::npos) {
      add_file(word);
    } else {
      given.config.settings.push_back(tasks::setting_from_text(word).value());
    }
  }
  return given;
}

std::string new_folder(const std::string& parent) {
  for (int number = 1;; ++number) {
    std::string folder = fmt::format("{}/{:03}", parent, number);
    if (!exists(local_files(), folder).value()) return folder;
  }
}

}  // namespace lepton::cli
